"""A write: entities are met once, and what has become of them is written as it was changed."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from models.accounts import Account
from models.audit import operator_event
from models.failures import violated
from models.organizations import Organization
from models.resellers import Reseller
from models.transactions import Transaction
from models.users import User
from models.walls import EVERYTHING
from models.writes import AT_MOST
from tests.peeking import peek
from tests.world import World

Statements = Callable[[], AbstractContextManager[list[str]]]


async def read(transaction: Transaction, account: Account) -> Account:
    mine = sa.select(Account).where(Account.reseller_id == account.reseller_id, Account.id == account.id)
    return (await transaction.scalars(mine)).one()


async def stored(world: World, account: Account) -> tuple[str, int]:
    async with world.database.transaction(EVERYTHING) as transaction:
        found = await read(transaction, account)
    return found.name, found.version


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account(await world.reseller(), name="Contoso")


async def test_what_was_changed_is_written_and_nothing_else(
    world: World, account: Account, statements: Statements
) -> None:
    with statements() as seen:
        async with world.database.transaction(EVERYTHING) as transaction:
            mine = await read(transaction, account)
            mine.name, mine.subdomain = "Other", str(mine.subdomain)

    assert len(seen) == 2
    assert "SET name=$1::VARCHAR, version=(accounts.version + $2::INTEGER) WHERE" in seen[1]
    assert (mine.name, mine.lower_name, mine.version) == ("Other", "other", 2)
    assert await stored(world, account) == ("Other", 2)


async def test_nothing_is_written_where_nothing_has_changed(
    world: World, account: Account, statements: Statements
) -> None:
    with statements() as seen:
        async with world.database.transaction(EVERYTHING) as transaction:
            mine = await read(transaction, account)
            mine.name = "Other"
            mine.name = "Contoso"

            assert not transaction.is_modified(mine)

    assert len(seen) == 1
    assert await stored(world, account) == ("Contoso", 1)


async def test_what_was_touched_counts_as_a_change(world: World, account: Account) -> None:
    async with world.database.transaction(EVERYTHING) as transaction:
        (await read(transaction, account)).touch()

    assert await stored(world, account) == ("Contoso", 2)


async def test_a_row_is_one_entity_however_often_it_is_met(world: World, account: Account) -> None:
    both = sa.select(Account, Reseller).join(Reseller, Reseller.id == Account.reseller_id)
    async with world.database.transaction(EVERYTHING) as transaction:
        mine = await read(transaction, account)
        ((again, reseller),) = await transaction.fetch(both.where(Account.id == account.id))

        assert again is mine
        assert reseller is await transaction.scalar(sa.select(Reseller).where(Reseller.id == account.reseller_id))


async def test_a_row_that_is_read_again_is_what_it_is_now_unless_it_was_changed_here(
    world: World, account: Account
) -> None:
    async with world.database.transaction(EVERYTHING) as transaction:
        mine = await read(transaction, account)
        await transaction.execute(sa.update(Account).where(Account.id == account.id).values(name="Other"))

        assert mine.name == "Contoso"
        assert (await read(transaction, account)).name == "Other"
        mine.name = "Third"
        assert (await read(transaction, account)).name == "Third"


async def test_changes_are_known_until_they_are_written(world: World, account: Account) -> None:
    async with world.database.transaction(EVERYTHING) as transaction:
        mine = await read(transaction, account)
        mine.name = "Other"
        added = User(id=UUID(int=7), name="Ada", email="ada@example.test", created_at=world.clock())
        transaction.add(added)

        assert list(transaction.changes(mine)) == [("name", "Contoso", "Other")]
        assert sorted(transaction.changes(added), key=str) == [
            ("created_at", None, world.clock()),
            ("email", None, "ada@example.test"),
            ("id", None, UUID(int=7)),
            ("name", None, "Ada"),
        ]
        await transaction.flush()
        assert [*transaction.changes(mine), *transaction.changes(added)] == []
        transaction.remove(added)
        assert ("name", "Ada", None) in transaction.changes(added)


async def test_what_was_added_can_be_changed_and_removed(world: World) -> None:
    async with world.database.transaction(EVERYTHING) as transaction:
        user = User(name="Ada", email="ada@example.test", created_at=world.clock())
        transaction.add_all([user, user])
        await transaction.flush()
        user.name = "Grace"
    async with world.database.transaction(EVERYTHING) as transaction:
        found = (await transaction.scalars(sa.select(User).where(User.id == user.id))).one()
        transaction.remove(found)
        await transaction.flush()

        assert found.name == "Grace"
        assert await transaction.scalar(sa.select(User).where(User.id == user.id)) is None


async def test_a_row_that_was_changed_behind_its_back_is_not_written(world: World, account: Account) -> None:
    async with world.database.transaction(EVERYTHING) as transaction:
        mine = await read(transaction, account)
        mine.name = "Other"
        behind = sa.update(Account).where(Account.id == account.id)
        await transaction.execute(behind.values(name="Third", version=Account.version + 1))

        with pytest.raises(StaleDataError):
            await transaction.flush()
        await transaction.rollback()

    assert await stored(world, account) == ("Contoso", 1)


async def test_what_a_constraint_refuses_is_told_by_its_name(world: World, account: Account) -> None:
    async with world.database.transaction(EVERYTHING) as transaction:
        for _ in range(2):
            added = Organization(reseller_id=account.reseller_id, account_id=account.id, name="Office", key="office")
            added.created_at = added.updated_at = world.clock()
            transaction.add(added)
        with pytest.raises(IntegrityError) as caught:
            await transaction.flush()
        await transaction.rollback()

    assert violated(caught.value) == "organizations_unique_key"


async def test_what_is_one_tenants_is_written_in_one_statement(
    world: World, account: Account, statements: Statements
) -> None:
    other = await world.account(await world.reseller())
    with statements() as seen:
        async with world.database.transaction(EVERYTHING) as transaction:
            transaction.add(User(name="Ada", email="ada@example.test", created_at=world.clock()))
            office = Organization(reseller_id=account.reseller_id, account_id=account.id, name="Office", key="office")
            office.created_at = office.updated_at = world.clock()
            transaction.add(office)
            for each, name in ((account, "First"), (other, "Second")):
                (await read(transaction, each)).name = name

    # The user; the organization with its account; the other tenant's account.
    assert len(seen[2:]) == 3
    assert (office.version, office.lower_name) == (1, "office")
    assert (await stored(world, account), await stored(world, other)) == (("First", 2), ("Second", 2))


async def test_much_of_one_tenants_is_written_a_few_rows_at_a_time(
    world: World, account: Account, statements: Statements
) -> None:
    names = [f"Office {number:02}" for number in range(2 * AT_MOST + 1)]
    with statements() as seen:
        async with world.database.transaction(EVERYTHING) as transaction:
            for name in names:
                office = Organization(reseller_id=account.reseller_id, account_id=account.id, name=name, key=name)
                office.created_at = office.updated_at = world.clock()
                transaction.add(office)

    rows = await peek(world.database, sa.select(Organization.name).order_by(Organization.name))
    assert (len(seen), [row.name for row in rows]) == (3, names)


async def test_of_what_is_written_together_nothing_is_where_one_row_is_gone(world: World, account: Account) -> None:
    event = operator_event("test", "acct", account.id, reseller_id=account.reseller_id, at=world.clock())
    async with world.database.transaction(EVERYTHING) as transaction:
        mine = await read(transaction, account)
        mine.name = "Other"
        transaction.add(event)
        await transaction.execute(sa.update(Account).where(Account.id == account.id).values(version=7))

        with pytest.raises(StaleDataError):
            await transaction.flush()
        await transaction.rollback()

    assert await stored(world, account) == ("Contoso", 1)


async def test_what_is_rolled_back_is_not_saved(world: World, account: Account) -> None:
    async with world.database.transaction(EVERYTHING) as transaction:
        (await read(transaction, account)).name = "Other"
        await transaction.flush()
        await transaction.rollback()

    assert await stored(world, account) == ("Contoso", 1)


def test_an_entity_has_no_column_that_its_table_has_not() -> None:
    with pytest.raises(TypeError, match="User has no nickname"):
        User(nickname="Ada")
