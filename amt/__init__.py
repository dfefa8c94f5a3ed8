"""A library that launches, watches and reviews HITs on a crowd."""
