"""Terms: published once a version, and the latest is current."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from models import TermsVersion
from models.database import Database
from models.publishing import TermsError, publish_terms
from models.terms import acceptances_of, current_terms
from models.walls import EVERYTHING
from tests.peeking import peek
from tests.world import World

AT = datetime(2025, 1, 1, 12, tzinfo=UTC)
NO_VERSION = 'the first line must name the version: "Version: 2026-11"'
NO_TEXT = "there is no text below the first line"


async def publish(database: Database, text: str, *, at: datetime = AT) -> None:
    async with database.transaction(EVERYTHING) as transaction:
        await publish_terms(transaction, text, at=at)


@pytest.mark.parametrize(
    ("text", "version", "body"),
    [
        ("Version: 2026-11\r\n\r\nBe kind.\r\n", "2026-11", "Be kind."),
        ("Version: 2026-11  \n\n# Terms\n\n1. Be kind.\n", "2026-11", "# Terms\n\n1. Be kind."),
        ("Version: v1.0_a-b\nBe kind.", "v1.0_a-b", "Be kind."),
        ("Version: 1\nVersion: 2\n", "1", "Version: 2"),
        (f"Version: {'x' * 64}\nBe kind.\n", "x" * 64, "Be kind."),
    ],
)
async def test_the_first_line_names_the_version_and_the_rest_is_the_text(
    database: Database, text: str, version: str, body: str
) -> None:
    await publish(database, text)

    assert [tuple(row) for row in await peek(database, current_terms())] == [(version, body)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", NO_VERSION),
        ("Be kind.\n", NO_VERSION),
        ("\nVersion: 1\nBe kind.\n", NO_VERSION),
        ("version: 1\nBe kind.\n", NO_VERSION),
        ("Version:\nBe kind.\n", NO_VERSION),
        ("Version: a b\nBe kind.\n", NO_VERSION),
        ("Version: \u0661\nBe kind.\n", NO_VERSION),
        ("Version: 1\0\nBe kind.\n", NO_VERSION),
        (f"Version: {'x' * 65}\nBe kind.\n", NO_VERSION),
        ("Version: 1", NO_VERSION),
        ("Version: 1\n", NO_TEXT),
        ("Version: 1\n \n\t\n", NO_TEXT),
        ("Version: 1\nBe\0kind.\n", NO_TEXT),
    ],
)
async def test_a_file_that_names_no_version_or_says_nothing_is_refused(
    database: Database, text: str, message: str
) -> None:
    with pytest.raises(TermsError) as refused:
        await publish(database, text)

    assert str(refused.value) == message
    assert await peek(database, sa.select(TermsVersion.version)) == []


async def test_a_version_is_never_changed(database: Database) -> None:
    await publish(database, "Version: 1\nBe kind.\n")

    with pytest.raises(TermsError) as refused:
        await publish(database, "Version: 1\nBe unkind.\n", at=AT + timedelta(days=1))

    assert str(refused.value) == "the version 1 was published before; a version is never changed"
    assert [tuple(row) for row in await peek(database, current_terms())] == [("1", "Be kind.")]


async def test_the_version_that_was_published_last_is_current_whatever_it_is_called(database: Database) -> None:
    await publish(database, "Version: 9\nOld.\n")
    await publish(database, "Version: 10\nNew.\n", at=AT + timedelta(microseconds=1))

    assert [tuple(row) for row in await peek(database, current_terms())] == [("10", "New.")]


async def test_an_acceptance_is_of_one_version_for_one_reseller(world: World) -> None:
    northwind, contoso = await world.reseller("Northwind"), await world.reseller("Contoso")
    ada, ben = await world.person(), await world.person()
    await world.accept(ada, northwind)
    await world.accept(ben, contoso)

    await world.publish("Version: t2\nBe kinder.\n")

    assert [tuple(row) for row in await peek(world.database, acceptances_of(ada.id, "t1"))] == [
        (northwind.id, world.clock())
    ]
    assert await peek(world.database, acceptances_of(ada.id, "t2")) == []
