"""What is stored about people, and erasing it."""
