"""What a mail says is in the mail alone: not in the database, not in the logs."""

import logging

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from models.database import Database
from tests.mail.conftest import INVITATION, LINK, TOKEN, Hire, Poster
from tests.mail.office import Office
from tests.peeking import peek

SECRETS = [LINK, TOKEN, TOKEN[:20], str(INVITATION["dashboard_name"])]


@pytest.mark.parametrize(
    ("answer", "event"),
    [
        ("250 OK", "mail.sent"),
        (f"451 4.7.1 Not before we have looked at {LINK}", "mail.put_off"),
        (f"554 5.7.1 Looks like spam: {LINK} and {TOKEN} for Northwind", "mail.dead"),
    ],
    ids=["sent", "put off by a server that quotes it", "refused by a server that quotes it"],
)
async def test_nothing_of_a_letter_is_stored_or_logged(
    hire: Hire,
    invite: Poster,
    office: Office,
    database: Database,
    caplog: pytest.LogCaptureFixture,
    answer: str,
    event: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    mail_id = await invite()
    stored = [await _dump(database)]
    office.content_answer = answer

    with capture_logs() as logged:
        await hire().deliver_due()
    stored.append(await _dump(database))

    ours = [dict(entry) for entry in logged]
    level = "info" if event == "mail.sent" else "warning"
    expected = {"event": event, "mail": str(mail_id), "kind": "invitation", "attempt": 1, "log_level": level}
    assert ours == [expected]
    # aiosmtpd, the server, logs what it receives; every other logger is ours or a library's.
    lines = [record.getMessage() for record in caplog.records if record.name != "mail.log"]
    for secret in SECRETS:
        assert secret not in "".join(lines)
        for dump in stored:
            assert secret not in dump
            assert secret.encode().hex() not in dump


async def test_what_was_sent_is_forgotten(hire: Hire, invite: Poster, database: Database) -> None:
    await invite()
    before = await peek(database, sa.text("SELECT length(sealed) > 100 FROM mails"))
    await hire().deliver_due()

    assert [tuple(row) for row in before] == [(True,)]
    assert [tuple(row) for row in await peek(database, sa.text("SELECT sealed FROM mails"))] == [(None,)]


async def _dump(database: Database) -> str:
    (row,) = await peek(database, sa.text("SELECT mails::text FROM mails"))
    return str(row[0])
