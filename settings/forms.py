"""How a setting has to be written. Each form returns it as we use it, or raises ValueError with what it must look like.

Empty stands for "not set" wherever the default is empty.
"""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from auth.trusting import Modes
from mail.letters import UnusableAddress, sender_of
from mail.transports import smtp_server

_HOST = r"\[[0-9a-f:.]+\]|[a-z0-9.-]+"


def _database(url: str) -> str:
    """Return it as SQLAlchemy wants it: through asyncpg."""
    if not url:
        return url
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in {"postgres", "postgresql", "postgresql+asyncpg"} or not _has_usable_port(url):
        raise ValueError("must look like postgresql://user:password@host:5432/database")
    # libpq, and with it every provider of databases, says sslmode; asyncpg calls the same ssl.
    return "postgresql+asyncpg://" + re.sub("([?&])sslmode=", r"\1ssl=", rest)


def _mail_server(url: str) -> str:
    if url:
        smtp_server(url)
    return url


def _sender(written: str) -> str:
    try:
        sender_of(written)
    except UnusableAddress:
        raise ValueError("must look like Dashboard <no-reply@example.com>") from None
    return written


def _key(written: str) -> str:
    if written and not re.fullmatch("[0-9a-f]{64}", written):
        raise ValueError("must be 64 hexadecimal digits in lower case")
    return written


def _collector(url: str) -> str:
    if url and not re.match(r"https?://[^\s/]", url):
        raise ValueError("must look like http://127.0.0.1:4318")
    return url


def _origin(url: str) -> str:
    """Return it without the slash that people copy with it."""
    if url and not _is_an_origin(url.rstrip("/")):
        raise ValueError("must look like https://dashboard.example.com")
    return url.rstrip("/")


def _origins(written: str) -> str:
    if not all(map(_is_an_origin, written.split())):
        raise ValueError("must be origins with spaces between them: https://app.example.com")
    return written


def _hosts(written: str) -> str:
    if not all(re.fullmatch(_HOST, each) for each in written.split()):
        raise ValueError("must be names in lower case with spaces between them: dashboard.example.com")
    return written


def _modes(written: str) -> str:
    Modes.read(written)
    return written


def _portal(url: str) -> str:
    if "{subdomain}" not in url:
        raise ValueError("must have {subdomain} in it")
    return url


def _password(written: str) -> str:
    if written and not 12 <= len(written) <= 128:
        raise ValueError("must have 12 to 128 characters")
    return written


def _is_an_origin(url: str) -> bool:
    # As a browser sends it: nothing behind the host and its port.
    return re.fullmatch(rf"https?://({_HOST})(:[0-9]{{1,5}})?", url) is not None


def _has_usable_port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


DatabaseUrl = Annotated[str, AfterValidator(_database)]
MailServerUrl = Annotated[str, AfterValidator(_mail_server)]
Sender = Annotated[str, AfterValidator(_sender)]
HexadecimalKey = Annotated[str, AfterValidator(_key)]
CollectorUrl = Annotated[str, AfterValidator(_collector)]
Origin = Annotated[str, AfterValidator(_origin)]
Origins = Annotated[str, AfterValidator(_origins)]
HostNames = Annotated[str, AfterValidator(_hosts)]
ModesByKind = Annotated[str, AfterValidator(_modes)]
PortalUrl = Annotated[str, AfterValidator(_portal)]
DemoPassword = Annotated[str, AfterValidator(_password)]
