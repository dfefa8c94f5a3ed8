"""The pages on which people wait for HITs."""
