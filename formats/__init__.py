"""What both programs know: strict readers of the files that people write, JSON and CSV; the tags of an
HTML page; Amazon's Crowd HTML Elements, and the files that Amazon hosted for pages; the description
of our own operations.

They know nothing of HITs and raise no errors of either program, so both sides use them.
"""
