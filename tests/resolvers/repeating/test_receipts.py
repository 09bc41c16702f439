"""Receipts: which request it was, and where it is written down."""

import pytest

from models import ids
from tests.resolvers.changes import CHANGES, staged
from tests.resolvers.repeating.calls import RECEIPT, client_of, input_of
from tests.world import World, gid

# Whether anything was written down would tell whether somebody signs in with the address.
SILENT = {"requestPasswordReset"}


@pytest.mark.parametrize("name", CHANGES)
async def test_a_receipt_names_the_request_and_the_event(world: World, name: str) -> None:
    stage = await staged(world)
    given, client = await input_of(stage, name), client_of(stage, name)
    client.http.headers["x-request-id"] = "the-request"

    payload = await client.mutate(name, given, RECEIPT)

    event = (await world.events())[-1]
    assert (payload["errors"], event.action) == ([], name)
    assert payload["receipt"] == {
        "requestId": "the-request",
        "auditEventId": None if name in SILENT else ids.encode("event", event.id),
        "replayed": False,
        "dryRun": False,
    }


async def test_an_event_of_a_receipt_is_the_one_in_the_audit(world: World) -> None:
    stage = await staged(world)

    payload = await stage.ada.mutate("updateAccount", {"id": gid(stage.account), "name": "Other"}, RECEIPT)

    listed = await stage.ada.query(
        "query($id: ID!) { reseller(id: $id) { auditEvents { nodes { id } } } }", id=gid(stage.reseller)
    )
    assert payload["receipt"]["auditEventId"] == listed["reseller"]["auditEvents"]["nodes"][0]["id"]


async def test_what_was_refused_has_a_receipt_without_an_event(world: World, stranger: object) -> None:
    stage = await staged(world)
    stage.ada.http.headers["x-request-id"] = "the-request"

    payload = await stage.ada.mutate("updateAccount", {"id": gid(stage.account), "name": ""}, RECEIPT)

    assert [error["code"] for error in payload["errors"]] == ["BAD_USER_INPUT"]
    assert payload["receipt"] == {
        "requestId": "the-request",
        "auditEventId": None,
        "replayed": False,
        "dryRun": False,
    }


async def test_signing_out_twice_is_written_down_once(world: World) -> None:
    stage = await staged(world)

    first = await stage.ada.mutate("signOut", {}, RECEIPT)
    again = await stage.ada.mutate("signOut", {}, RECEIPT)

    assert (first["receipt"]["auditEventId"] is None, again["receipt"]["auditEventId"]) == (False, None)
    assert [event.action for event in await world.events()].count("signOut") == 1
