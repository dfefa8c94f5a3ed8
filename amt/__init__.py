"""What the requester's side knows of HITs, one module a noun."""
