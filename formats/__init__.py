"""Strict readers of the files that people write: JSON and CSV.

They know nothing of HITs and raise no errors of either program, so both sides use them.
"""
