"""What a worker has earned."""
