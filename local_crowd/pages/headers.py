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
# Where a requester reads answers: pictures of the input come from any https address, and none of a
# worker's before it is clicked (requester/values.py). Nothing else comes from elsewhere.
BESIDE_ANSWERS = f"{AROUND_A_HIT}; img-src 'self' https:"
# A window that a HIT opens is like any other's: a survey elsewhere works in it, with its cookies.
SANDBOX = (
    "allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox allow-modals "
    "allow-downloads"
)
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
# Whoever opens one of our pages in a window of its own has no hold on that window. Pages around a
# HIT leave the windows that the HIT opens to the HIT.
NO_OPENER = "same-origin-allow-popups"

YEAR = 365 * 86400


def add_security_headers(response: Response) -> Response:
    """Complete a response's headers."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", OWN_PAGES)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    if headers["Content-Security-Policy"].startswith(OWN_PAGES):
        headers.setdefault("Cross-Origin-Opener-Policy", NO_OPENER)
    if request.endpoint == "static":
        headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    else:
        headers.setdefault("Cache-Control", "no-store")
    return response
