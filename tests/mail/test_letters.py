"""What each letter says, to the word, and how it looks in a narrow window."""

from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import pytest
from playwright.async_api import Page

from mail.letters import Kind, UnusableAddress, UnwritableLetter, as_message, compose, sender_of
from tests.mail.conftest import INVITATION, LINK, SENDER

RESET = {"link": LINK, "minutes": 30}
HOSTILE = '</p><img src="https://evil.example/x"><script>alert(1)</script>"\r\nBcc: eve@evil.example\u202e'

TEXTS = [
    (
        Kind.INVITATION,
        INVITATION,
        "Invitation to Northwind Managed IT",
        f"""\
Ada Lovelace invites you to the reseller dashboard Northwind Managed IT. Your role there is Read only.

Accept the invitation:
{LINK}

The last day on which the link works is 8 January 2025.
""",
    ),
    (
        Kind.INVITATION,
        INVITATION | {"inviter": None, "dashboard_kind": "ACCOUNT", "role": "SECURITY_ENGINEER"},
        "Invitation to Northwind Managed IT",
        f"""\
You are invited to the account dashboard Northwind Managed IT. Your role there is Security engineer.

Accept the invitation:
{LINK}

The last day on which the link works is 8 January 2025.
""",
    ),
    (
        Kind.PASSWORD_RESET,
        RESET,
        "Choose a new password",
        f"""\
Somebody asked for a new password for this address.

Choose a new password:
{LINK}

The link works once, for 30 minutes. If it was not you who asked, do nothing: your password stays as it is.
""",
    ),
    (
        Kind.PASSWORD_CHANGED,
        {},
        "Your password was changed",
        """\
The password with which you sign in to your dashboards was changed.

If it was not you who changed it, ask for a new password on the sign-in page at once, and tell an administrator of \
your dashboards.
""",
    ),
]


@pytest.mark.parametrize(("kind", "values", "subject", "text"), TEXTS)
def test_a_letter_says_this_and_no_more(
    kind: Kind, values: dict[str, str | int | None], subject: str, text: str
) -> None:
    letter = compose(kind, values)

    assert (letter.subject, letter.text) == (subject, text)


@pytest.mark.parametrize(("kind", "values", "subject", "text"), TEXTS)
async def test_the_html_says_what_the_text_says(
    page: Page, kind: Kind, values: dict[str, str | int | None], subject: str, text: str
) -> None:
    await page.set_content(compose(kind, values).html)

    shown = (await page.locator("body").inner_text()).split("\n\n")
    assert [part.strip() for part in shown if part.strip()] == [
        subject,
        *(line.removesuffix(":") if not line.startswith("http") else line for line in text.splitlines() if line),
    ]


async def test_a_hostile_name_is_only_a_name(page: Page) -> None:
    letter = compose(Kind.INVITATION, INVITATION | {"dashboard_name": HOSTILE, "inviter": HOSTILE})
    await page.set_content(letter.html)

    assert await page.locator("img, script").count() == 0
    assert HOSTILE.partition("\r")[0] in await page.locator("h1").inner_text()
    assert len(letter.text.splitlines()) == 6
    message = as_message(letter, mail_id=UUID(int=1), to="ben@contoso.example", sender=SENDER, at=datetime.now(UTC))
    assert message["Bcc"] is None
    assert "\u202e" not in letter.subject + letter.text + letter.html


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind_and_values", [(each[0], each[1]) for each in TEXTS])
async def test_a_letter_fits_a_narrow_window(
    page: Page, kind_and_values: tuple[Kind, Any], scheme: Literal["light", "dark"]
) -> None:
    await page.set_viewport_size({"width": 320, "height": 640})
    await page.emulate_media(color_scheme=scheme)
    kind, values = kind_and_values
    await page.set_content(compose(kind, values | {"dashboard_name": "N" * 256, "inviter": "Ada " * 60}).html)

    assert await page.evaluate("document.documentElement.scrollWidth") == 320
    paper = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(245, 247, 249)", "dark": "rgb(18, 23, 28)"}[scheme]


def test_a_letter_without_a_value_is_not_written() -> None:
    for missing in INVITATION:
        with pytest.raises(UnwritableLetter, match=r"^invitation: (UndefinedError|TypeError)$"):
            compose(Kind.INVITATION, {name: value for name, value in INVITATION.items() if name != missing})


def test_a_day_that_is_none_is_not_written() -> None:
    with pytest.raises(UnwritableLetter, match=r"^invitation: ValueError$"):
        compose(Kind.INVITATION, INVITATION | {"last_day": "soon"})


def test_a_mail_is_recognised_however_often_it_comes() -> None:
    at = datetime(2025, 1, 1, 12, tzinfo=UTC)
    mail_id = UUID("01943f2e-8c00-7000-8000-000000000001")
    message = as_message(
        compose(Kind.PASSWORD_CHANGED, {}), mail_id=mail_id, to="ben@contoso.example", sender=SENDER, at=at
    )

    assert [(name, value) for name, value in message.items() if name not in {"MIME-Version", "Content-Type"}] == [
        ("From", "Reseller dashboard <no-reply@dashboard.example>"),
        ("To", "ben@contoso.example"),
        ("Subject", "Your password was changed"),
        ("Date", "Wed, 01 Jan 2025 12:00:00 +0000"),
        ("Message-ID", "<01943f2e-8c00-7000-8000-000000000001@dashboard.example>"),
        ("Auto-Submitted", "auto-generated"),
    ]
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("no-reply@x.example", "no-reply@x.example"),
        ("<no-reply@x.example>", "no-reply@x.example"),
        ("Northwind <no-reply@x.example>", "Northwind <no-reply@x.example>"),
        ('"Northwind, Inc." <no-reply@x.example>', '"Northwind, Inc." <no-reply@x.example>'),
    ],
)
def test_a_sender_is_an_address_with_or_without_a_name(text: str, written: str) -> None:
    assert str(sender_of(text)) == written


@pytest.mark.parametrize(
    "text", ["", "nobody", "a@", "@b", "a@b, c@d", "A <a@b", "a@b>", "A <a@b>\r\nBcc: c@d", "A\r\nB <a@b>"]
)
def test_what_is_not_one_address_is_no_sender(text: str) -> None:
    with pytest.raises(UnusableAddress):
        sender_of(text)
