"""Terms as the operator writes them: a Markdown file whose first line names its version.

TermsError     the file cannot be published
"""

import re
from datetime import datetime

import sqlalchemy as sa

from models.terms import TermsVersion
from models.transactions import Transaction

_FIRST_LINE = re.compile(r"Version: ([A-Za-z0-9][A-Za-z0-9._-]{0,63})\s*\n(.*)", re.DOTALL)


class TermsError(ValueError):
    """Terms that cannot be published; the message says why."""


async def publish_terms(transaction: Transaction, text: str, *, at: datetime) -> TermsVersion:
    """Make these the current terms: from now on every user of every reseller is asked again.

    Raises TermsError where the first line names no version, the text is empty, or the version was published before.
    """
    written = _FIRST_LINE.fullmatch(text)
    if written is None:
        raise TermsError('the first line must name the version: "Version: 2026-11"')
    version, body = written[1], written[2].strip()
    if not body or "\0" in body:
        raise TermsError("there is no text below the first line")
    if await transaction.scalar(sa.select(TermsVersion.version).where(TermsVersion.version == version)) is not None:
        raise TermsError(f"the version {version} was published before; a version is never changed")
    published = TermsVersion(version=version, body=body, published_at=at)
    transaction.add(published)
    return published
