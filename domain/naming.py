"""What may be written: names, subdomains, organization keys, e-mail addresses, search terms.

Every function returns the text as it is stored, or raises BadInput naming the field.
"""

import re
import unicodedata

from domain.errors import BadInput, Conflict, ErrorCode

NAME_LENGTH = 256
EMAIL_LENGTH = 254
RESERVED_SUBDOMAINS = frozenset(
    """about abuse account accounts admin administrator api app apps assets auth autoconfig autodiscover billing blog
    cdn cloud contact contracts dashboard dev dns docs download email events ftp graphql graphiql health help hostmaster
    huntress imap info internal invite invitation legal livez localhost login logout mail mailbox marketing mx news noc
    ns1 ns2 ns3 ns4 oauth partner partners ping pop pop3 portal postmaster press pricing privacy prod production public
    readyz register reseller resellers root sales secure security sftp sign-in sign-out signin signup smtp ssl sso
    staff staging static status store support sysadmin system terms test tests trial url usenet uucp vpn webmail
    webmaster wpad www""".split()  # noqa: SIM905 # words read best as words
)

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", re.ASCII)
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]+@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\.[a-z0-9-]*[a-z0-9]", re.ASCII)
# Categories that have no place in a line of text: control, format (bidi overrides and zero widths), surrogate,
# private use, unassigned, line and paragraph separators. Joiners are needed by scripts and emoji.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"
_BLANK = " " + _JOINERS


class SubdomainTaken(Conflict):
    """Subdomains are unique across all resellers, whatever the case."""

    code = ErrorCode.SUBDOMAIN_TAKEN

    def __init__(self, subdomain: str) -> None:
        super().__init__(f"The subdomain {subdomain} is taken.", ("subdomain",))


class ExternalIdTaken(Conflict):
    """An id that automation gives names one account, and one contract, of a reseller."""

    code = ErrorCode.EXTERNAL_ID_TAKEN

    def __init__(self) -> None:
        super().__init__("Another one of this reseller has this external id.", ("external_id",))


def clean_text(value: str, field: str, *, longest: int = NAME_LENGTH) -> str:
    """Return a line of text: NFC, trimmed, 1 to `longest` characters, nothing invisible in it."""
    trimmed = value.strip()
    text = unicodedata.normalize("NFC", trimmed[: 4 * longest])
    if not text.strip(_BLANK):
        raise BadInput(field, "This must not be empty.")
    if len(trimmed) > 4 * longest or len(text) > longest:
        raise BadInput(field, f"This must have at most {longest} characters.")
    if any(_is_unprintable(sign) and sign not in _JOINERS for sign in text):
        raise BadInput(field, "This must not contain control or invisible characters.")
    return text


def clean_subdomain(value: str, field: str = "subdomain") -> str:
    """Return a DNS label in lower case: 3 to 63 of a-z, 0-9 and inner hyphens, not reserved.

    `xn--` and every other label with hyphens in the third and fourth place belongs to internationalised names, which
    could imitate a customer's: refused.
    """
    label = value.strip().lower() if value.isascii() else value
    if not 3 <= len(label) <= 63 or not _LABEL.fullmatch(label) or label[2:4] == "--":
        raise BadInput(field, "A subdomain has 3 to 63 characters of a to z, 0 to 9 and inner hyphens.")
    if label in RESERVED_SUBDOMAINS:
        raise BadInput(field, "This subdomain is reserved.")
    return label


def clean_key(value: str, field: str = "key") -> str:
    """Return an organization's key: 1 to 63 letters, digits and inner hyphens, dots or underscores.

    It keeps its case, and is unique in its account whatever the case.
    """
    key = value.strip()
    if len(key) > 63 or not _KEY.fullmatch(key):
        raise BadInput(field, "A key has 1 to 63 letters, digits and inner hyphens, dots or underscores.")
    return key


def clean_email(value: str, field: str = "email") -> str:
    """Return an e-mail address in lower case: addresses are compared whatever the case."""
    address = unicodedata.normalize("NFC", value[: EMAIL_LENGTH + 1]).strip().lower()
    if len(value) > EMAIL_LENGTH or not _EMAIL.fullmatch(address) or any(map(_is_unprintable, address)):
        raise BadInput(field, "This is no e-mail address.")
    return address


def _is_unprintable(sign: str) -> bool:
    return unicodedata.category(sign) in _UNPRINTABLE
