"""What the crowd's operator does, in the data directory: one module a subject, one function a
command of manage_crowd.py, of the command's name: `command(directory, **arguments)` gives the
lines to print.
"""
