"""The database of a site: tables, engine, migrations."""
