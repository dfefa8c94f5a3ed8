"""People: workers and requesters, how they sign in, and who is kept out."""
