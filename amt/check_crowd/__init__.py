"""The contract of plug-in crowds, as checks: python -m amt.check_crowd module:factory."""
