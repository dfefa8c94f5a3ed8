"""Entry point of alembic: migrates the connection that store.schema passes in."""

from alembic import context

from local_crowd.store.tables import metadata

connection = context.config.attributes["connection"]
# Batch mode: SQLite alters a table by copying it.
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
