"""Measures the scripts beside a plain loop: `python -m benchmarks`."""
