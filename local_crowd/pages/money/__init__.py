"""A worker's earnings."""
