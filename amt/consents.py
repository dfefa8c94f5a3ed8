"""Consents: a text that workers agree to before their first HIT of a batch."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from amt import answers, calls
from amt.crowd import Crowd
from amt.errors import Error

MAX_BYTES = 65_535
MAX_NAME = 200  # characters
CONSENT = "--consent"


class Consent(NamedTuple):
    """A text in Markdown, and the name of its file."""

    name: str
    text: str

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the text in UTF-8, as hexadecimal digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def read(path: str, crowd: Crowd) -> Consent:
    """Read the text for a batch on the crowd. Raises Error for one that it cannot show."""
    if crowd.name == "mturk":
        raise Error(
            f"{CONSENT}: Mechanical Turk has no page before the first HIT; put the text into the "
            "HIT's page"
        )
    crowd.require("create_consent", f"leave out {CONSENT}, and put the text into the HIT's page")
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Error(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Error(f"{path}: not UTF-8 text") from error
    if not text.strip():
        raise Error(f"{path}: empty; write what workers agree to")
    if (size := len(text.encode())) > MAX_BYTES:
        raise Error(f"{path}: {size:,} bytes; at most {MAX_BYTES:,} are allowed")
    return Consent(Path(path).name[-MAX_NAME:], text)


def register(client: Any, consent: Consent) -> dict[str, str]:
    """Store the text on the crowd, and return what the batch record keeps of it.

    A text that is stored already keeps its id.

    Raises Error for a crowd server that does not know consents, and for a text that it refuses.
    """
    from botocore.exceptions import ClientError  # boto3 takes 0.1 s, which --help must not wait for

    try:
        stored = client.create_consent(Name=consent.name, Text=consent.text)
    except ClientError as error:
        fault = error.response["Error"]
        if "UnknownOperation" in fault["Code"]:
            raise Error(
                f"{CONSENT}: this crowd's server is older than these scripts and cannot show a page "
                "before the first HIT; update it, or put the text into the HIT's page"
            ) from error
        raise Error(f"{CONSENT}: {fault['Message']}") from error
    return {
        "consent_id": stored["ConsentId"],
        "name": consent.name,
        "sha256": consent.sha256,
        "text": consent.text,
    }


def list_agreements(client: Any, consent_id: str, sha256: str) -> Iterator[dict[str, str | None]]:
    """Yield who agreed to a text, the oldest agreement first."""
    listed = calls.list_pages(
        client.list_consent_agreements, "ConsentAgreements", ConsentId=consent_id
    )
    for agreement in listed:
        yield {
            "worker_id": agreement["WorkerId"],
            "sha256": sha256,
            "time": answers.format_time(agreement["AgreementTime"]),
        }
