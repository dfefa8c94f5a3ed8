"""What both programs know: strict readers of the files that people write, JSON and CSV, and the list
of Amazon's Crowd HTML Elements.

They know nothing of HITs and raise no errors of either program, so both sides use them.
"""
