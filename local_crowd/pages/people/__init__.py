"""Signing in and out, invitations, passwords, and the worker's account."""
