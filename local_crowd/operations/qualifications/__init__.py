"""Qualifications: their types, who holds them, and who may do which HIT."""
