"""Notifications: what happened, kept until it is delivered, and where it may be delivered."""
