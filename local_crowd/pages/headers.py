"""The security headers of every response; a header that a view sets itself is kept."""

from flask import request
from werkzeug.wrappers import Response

# Our pages load only our files, and nobody can frame them.
OWN_PAGES = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
# The page around a HIT: in its frame the HIT may navigate anywhere.
AROUND_A_HIT = f"{OWN_PAGES}; frame-src http: https:"
# Pages with answers: pictures load from any https URL. Those that a worker's answer names load only
# after a click (requester/values.py).
BESIDE_ANSWERS = f"{AROUND_A_HIT}; img-src 'self' https:"
# Windows that a HIT opens leave the sandbox, so that an external survey works with its cookies.
SANDBOX = (
    "allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox allow-modals "
    "allow-downloads"
)
# A HIT page has an opaque origin even when it is opened by itself: never allow-same-origin.
HIT_PAGE = f"sandbox {SANDBOX}; frame-ancestors 'self'"
# Our form with a requester's content: pictures may come from anywhere, scripts may not.
FORM_PAGE = (
    f"{HIT_PAGE}; default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src http: https:; media-src http: https:; form-action 'self'; base-uri 'none'"
)
# The page that replaces a HIT page in its frame.
IN_THE_FRAME = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
FILE = "sandbox"
# A site that opens one of our pages in a window cannot script that window. Pages around a HIT do
# not cut the HIT off from windows that it opens.
NO_OPENER = "same-origin-allow-popups"

YEAR = 365 * 86400


def add_security_headers(response: Response) -> Response:
    """Add the security headers that the response does not have."""
    # Collected once: Headers looks through all of them for each name.
    own = {name.lower(): value for name, value in response.headers}
    policy = own.get("content-security-policy", OWN_PAGES)
    added = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    if policy.startswith(OWN_PAGES):
        added["Cross-Origin-Opener-Policy"] = NO_OPENER
    for name, value in added.items():
        if name.lower() not in own:
            response.headers.add(name, value)
    if request.endpoint == "static":
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response
