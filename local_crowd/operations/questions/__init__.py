"""Questions: what a HIT shows, parsed and validated, and the answers to it."""
