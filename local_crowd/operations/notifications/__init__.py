"""Notifications: the events, the outbox of undelivered messages, and the allowed destinations."""
