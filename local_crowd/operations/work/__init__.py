"""Work: what workers accept, submit and return, and what happens when time runs out."""
