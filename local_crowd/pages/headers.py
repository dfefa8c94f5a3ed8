"""The security headers: each response has them, and a view that sets its own keeps it."""

from flask import request
from werkzeug.wrappers import Response

# Our own pages run our own files only, in nobody's frame.
OWN_PAGES = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
# The page around a HIT: within the frame the HIT may go where its requester leads it.
AROUND_A_HIT = f"{OWN_PAGES}; frame-src http: https:"
SANDBOX = "allow-scripts allow-forms allow-popups allow-modals allow-downloads"
# A HIT page is of no origin, even when it is opened by itself: never allow-same-origin.
HIT_PAGE = f"sandbox {SANDBOX}; frame-ancestors 'self'"
# A form that is ours, of a requester's words: pictures come from anywhere, scripts do not.
FORM_PAGE = (
    f"{HIT_PAGE}; default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src http: https:; media-src http: https:; form-action 'self'; base-uri 'none'"
)
# What follows a HIT page within its frame.
IN_THE_FRAME = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
FILE = "sandbox"

YEAR = 365 * 86400


def add_security_headers(response: Response) -> Response:
    """Complete a response's headers."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", OWN_PAGES)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    if request.endpoint == "static":
        headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    elif response.mimetype == "text/html":
        headers.setdefault("Cache-Control", "no-store")
    return response
