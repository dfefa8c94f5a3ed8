"""Sign messages with the headers of Standard Webhooks, which prove who sent them.

The signature is an HMAC-SHA256 over `<id>.<timestamp>.<body>`, so a message can neither be changed
nor replayed at another time (https://www.standardwebhooks.com; verifiers exist for most
languages).
"""

import base64
import hmac


def sign(secret: str, event_id: str, body: bytes, now: int) -> dict[str, str]:
    """Return the three headers that sign a message. `secret`: whsec_ and the key in base64; `now`: epoch seconds."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{event_id}.{now}.".encode() + body
    signature = base64.b64encode(hmac.digest(key, content, "sha256")).decode()
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(now),
        "webhook-signature": f"v1,{signature}",
    }
