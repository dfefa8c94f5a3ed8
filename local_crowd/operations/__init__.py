"""What Mechanical Turk does, in packages by noun, each of which imports only lower ones."""
