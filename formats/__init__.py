"""Strict readers of the files that people write: JSON and CSV.

They know nothing of HITs and raise no error of one program's own, so both sides use them.
"""
