"""Machines: programs that answer rows beside people, and are marked as such wherever they appear."""
