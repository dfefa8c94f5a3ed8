"""The worker's qualifications, requests and tests."""
