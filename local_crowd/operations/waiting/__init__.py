"""Waiting rooms: people who wait for HITs on a page, and are paid for it."""
