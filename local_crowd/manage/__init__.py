"""The commands of manage_crowd.py, one module per subject.

Each command is a function of the same name, `command(directory, **arguments)`, that yields the
lines to print. Its arguments are declared beside it, with the decorator `command`.
"""
