"""Batches over HTTP: a thin layer over amt.declared that holds no data of its own.

`routes` declares what can be requested, `app` answers with it, `service` does it, and `runner` goes on
with the batches that are not finished, each of which is a `job`.
"""
