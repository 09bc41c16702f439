"""Letters: what each mail says, in text and HTML from one set of sentences.

`templates/<kind>.j2` has the sentences; `subject.txt.j2`, `letter.txt.j2` and `letter.html.j2` set them. A name that
somebody chose is one line of text everywhere: in HTML it is escaped, in a header it cannot start another one.

UnwritableLetter   there is no such kind, or a value is missing or malformed
UnusableAddress    it is not one address
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from enum import Enum
from functools import cache
from pathlib import Path
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

TEMPLATES = Path(__file__).parent / "templates"
_SENDER = re.compile(r'"?(?P<name>[^"<>]*?)"? *<(?P<named>[^<>]+)>|(?P<bare>[^<>]+)')
_JOINERS = "\u200c\u200d"

Values = Mapping[str, str | int | None]


class UnwritableLetter(Exception):
    """A letter that cannot be composed; the message names the letter, and no value."""


class UnusableAddress(Exception):
    """Text that is not one e-mail address; what it is instead is not repeated."""

    def __init__(self) -> None:
        super().__init__("This is not one e-mail address.")


class Kind(Enum):
    """The letters that there are, each with the values that its sentences need.

    The link of a letter holds a token, and so does nothing else of it.
    """

    INVITATION = "invitation"
    """dashboard_kind, dashboard_name, role, inviter (a name or None), link, last_day (an ISO date, inclusive)"""
    PASSWORD_RESET = "password-reset"  # noqa: S105 # a kind of letter
    """link, minutes (of validity)"""
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 # a kind of letter
    """nothing"""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it is read."""

    subject: str
    text: str
    html: str


def compose(kind: Kind, values: Values) -> Letter:
    """Return the letter. Raises UnwritableLetter where a value that it needs is missing or malformed."""
    said = {name: _line(value) if isinstance(value, str) else value for name, value in values.items()}
    plain, rich = _environment(is_html=False), _environment(is_html=True)
    try:
        return Letter(
            subject=_set(plain, kind, "subject.txt.j2", said).strip(),
            text=_set(plain, kind, "letter.txt.j2", said),
            html=_set(rich, kind, "letter.html.j2", said),
        )
    except (TemplateError, TypeError, ValueError) as error:
        raise UnwritableLetter(f"{kind.value}: {type(error).__name__}") from error


def as_message(letter: Letter, *, mail_id: UUID, to: str, sender: Address, at: datetime) -> EmailMessage:
    """Return the letter with its headers; `at` is when the mail was posted.

    Its Message-ID is made from the mail's id, so that a repeated delivery can be recognised. Raises UnusableAddress.
    """
    message = EmailMessage()
    message["From"] = sender
    message["To"] = _recipient(to)
    message["Subject"] = letter.subject
    message["Date"] = at
    message["Message-ID"] = f"<{mail_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return message


def sender_of(text: str) -> Address:
    """Return whom mails come from: `Reseller dashboard <no-reply@example.com>`, the name may be left out.

    Raises UnusableAddress.
    """
    written = _SENDER.fullmatch(text)
    if written is None:
        raise UnusableAddress
    try:
        sender = Address(written["name"] or "", addr_spec=written["named"] or written["bare"])
    except (MessageError, ValueError, IndexError):
        raise UnusableAddress from None
    if not sender.domain:
        raise UnusableAddress
    return sender


def _recipient(text: str) -> Address:
    # Taken as a whole: a comma in it would not make it two.
    name, _, domain = text.rpartition("@")
    if not name or not domain or not f"{name}{domain}".isprintable():
        raise UnusableAddress
    return Address(username=name, domain=domain)


@cache
def _environment(*, is_html: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=is_html,  # noqa: S701 # the other one sets plain text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"day": _day, "words": _words}
    return environment


def _set(environment: Environment, kind: Kind, layout: str, values: Values) -> str:
    return environment.get_template(f"{kind.value}.j2").render(values, layout=layout)


def _line(value: str) -> str:
    # Joiners are needed by scripts and emoji; everything else that does not print could pretend to be a paragraph.
    return " ".join("".join(sign if sign.isprintable() or sign in _JOINERS else " " for sign in value).split())


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B} {day.year}"


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
