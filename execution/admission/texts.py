"""What a string may hold, whoever reads it later: no character that acts instead of being read; and it is in NFC."""

import re
import unicodedata

from execution.admission.limits import Limits

# Control characters but tab and line ends; those that turn the direction of writing; halves of surrogate pairs.
_ACTING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def fault_in(text: str, limits: Limits) -> str | None:
    """Return what is wrong with a string as a sentence; None where nothing is."""
    is_ascii = text.isascii()
    if len(text) > limits.text_bytes or (not is_ascii and len(text.encode(errors="replace")) > limits.text_bytes):
        return f"A string has at most {limits.text_bytes} bytes in UTF-8."
    if is_ascii and text.isprintable():
        return None
    if _ACTING.search(text):
        return "A string must not contain control characters or ones that turn the direction of writing."
    return None


def composed(text: str) -> str:
    """Return a string in NFC, as which it is taken whatever a client's keyboard made of it."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)
