"""How each kind of question is shown to a worker."""
