"""A library that launches, watches and reviews HITs on a crowd; docs/library.md shows its use."""
