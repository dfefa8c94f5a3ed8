"""Review: a requester's decisions on submitted work, bonuses, and review policy runs."""
