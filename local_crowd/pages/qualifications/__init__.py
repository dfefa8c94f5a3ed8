"""The worker's qualifications: what one has, can ask for and be tested for."""
