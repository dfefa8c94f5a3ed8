"""Webhooks, as both programs send them: which URLs may get them, how they are signed and posted.

The sender is in its operator's network, and somebody else may have chosen the URL; so a URL must
have a public https address, unless the operator allows it.
"""
