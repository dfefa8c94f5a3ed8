"""Where a site keeps what it knows: tables, the engine, migrations."""
