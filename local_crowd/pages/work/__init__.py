"""The list of HITs, the page around a HIT, the HIT in its frame, and what was done."""
