-- Run once, when PostgreSQL's data directory is created: a database for each site.
CREATE DATABASE sandbox ENCODING 'UTF8' TEMPLATE template0;
CREATE DATABASE live ENCODING 'UTF8' TEMPLATE template0;
