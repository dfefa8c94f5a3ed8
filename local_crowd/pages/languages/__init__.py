"""The worker's language: its catalogue of translations, and how it is chosen."""
