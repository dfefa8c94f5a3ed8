"""Keep a question in as many bytes as it differs from another one of its HIT type.

The HITs of a batch come from one template: each question is compressed with zlib, whose dictionary is
the first question of the HIT type. What is left of 9 kB is about the row of the input (120 bytes).
"""

import hashlib
import zlib
from functools import lru_cache

LEVEL = 3  # 32 microseconds for 9 kB; 6 takes 42, for a tenth fewer bytes
# Deflate without zlib's header and checksums: unpacking 9 kB takes 3 microseconds, not 7.
RAW = -zlib.MAX_WBITS
KEPT = 64  # dictionaries in memory, of at most 64 kB each


def pack(question: str, dictionary: bytes | None = None) -> bytes:
    """Compress a question, if given with the packed question that serves as a dictionary."""
    words = b"" if dictionary is None else _expand(dictionary)
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, RAW, zdict=words)
    return compressor.compress(question.encode()) + compressor.flush()


def unpack(packed: bytes, dictionary: bytes | None = None) -> str:
    """Return the question that was packed with this dictionary."""
    words = b"" if dictionary is None else _expand(dictionary)
    return zlib.decompressobj(RAW, zdict=words).decompress(packed).decode()


def is_worthwhile(question: str, packed: bytes) -> bool:
    """Return whether a dictionary has saved half of what compressing alone leaves, or more."""
    # Text is seldom compressed to less than an eighth, so this needs no comparison.
    return len(packed) * 8 <= len(question) or len(packed) * 2 <= len(pack(question))


def identify(dictionary: bytes) -> int:
    """Return the id of a dictionary: 63 bits of a hash of what it contains."""
    return int.from_bytes(hashlib.sha256(dictionary).digest()[:8], "big") >> 1


@lru_cache(KEPT)
def _expand(dictionary: bytes) -> bytes:
    return zlib.decompress(dictionary, RAW)
