"""Batches that one file declares: what is asked, of which rows, and what becomes of the answers."""
