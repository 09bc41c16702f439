"""Every place of the schema that takes an id, swept as everybody else: foreign is answered as missing, and untouched.

The places are found by walking the schema: what is added to it is swept without a line here.
"""

from dataclasses import dataclass

import pytest

from resolvers.api import Api
from tests.clients import Client
from tests.tenants.estate import Estate, estate, rows
from tests.tenants.schema import Place, Walk
from tests.world import World, missing

# As many mutations as one operation may have; fewer where what is read of each is so long that it would cost too much.
AT_ONCE, AFFORDABLE = 10, 4000
ASKERS = ["admin", "account's admin", "account's user", "organization's user", "key", "stranger"]
# Whose objects are foreign: another reseller's, or, to who has no seat in the reseller, another customer's of the same.
RESELLERS = frozenset({"admin", "key"})


@dataclass(frozen=True, slots=True)
class Land:
    """Two resellers, and another customer of the first; whose people ask about the others' objects."""

    world: World
    walk: Walk
    mine: Estate
    foreign: Estate
    neighbour: Estate

    def client(self, asker: str) -> Client:
        return Client(self.world.app) if asker == "stranger" else self.mine.clients[asker]

    def foreign_to(self, asker: str) -> list[Estate]:
        return [self.foreign] if asker in RESELLERS else [self.foreign, self.neighbour]


KINDS = {"Reseller": "resl", "Account": "acct", "Organization": "org", "Subscription": "sub"}


@pytest.fixture
def walk(api: Api) -> Walk:
    return Walk(api._schema)


@pytest.fixture
async def land(world: World, walk: Walk) -> Land:
    mine, foreign = await estate(world, "mine"), await estate(world, "foreign")
    return Land(world, walk, mine, foreign, await estate(world, "neighbour", mine.reseller))


async def answered(client: Client, walk: Walk, mine: Estate, place: Place, ids: list[str]) -> list[bytes]:
    """Return the answers to these ids at a place, as they travel."""
    # Receipts tell the request's id.
    client.http.headers["x-request-id"] = "the-sweep"
    holder = mine.ids.get(KINDS.get(place.type, ""))
    at_once = max(1, AT_ONCE * AFFORDABLE // max(AFFORDABLE, len(walk.document(place, AT_ONCE, holder))))
    batches = [ids[at : at + at_once] for at in range(0, len(ids), at_once)]
    documents = [(walk.document(place, len(batch), holder), batch) for batch in batches]
    return [
        await client.body(document, **{f"id{number}": id for number, id in enumerate(batch)})
        for document, batch in documents
    ]


def test_every_mutation_on_an_object_and_every_way_to_one_is_among_the_places(walk: Walk) -> None:
    places = {str(place) for place in walk.places()}

    assert {
        "Query.node(id)",
        "Query.nodes(ids)",
        "Query.account(id)",
        "Query.quote(input.resellerId)",
        "Mutation.updateAccount(input.id)",
        "Mutation.upsertSubscription(input.accountId)",
        "Mutation.removeMember(input.membershipId)",
        "Mutation.createApiKey(input.dashboardId)",
        "Account.auditEvents(where.objectId)",
    } <= places
    assert len(places) >= 28


@pytest.mark.parametrize("asker", ASKERS)
async def test_a_foreign_id_is_answered_as_a_missing_one_wherever_it_is_given(land: Land, asker: str) -> None:
    client, before, told = land.client(asker), await rows(land.world), list[str]()
    ids = [id for other in land.foreign_to(asker) for id in other.ids.values()]
    stand_ins = [missing(id.partition("_")[0]) for id in ids]

    for place in land.walk.places():
        theirs = b"".join(await answered(client, land.walk, land.mine, place, ids))
        nobodys = b"".join(await answered(client, land.walk, land.mine, place, stand_ins))
        for id, stand_in in zip(ids, stand_ins, strict=True):
            theirs = theirs.replace(id.encode(), stand_in.encode())
        told += [] if theirs == nobodys else [f"{place}: {theirs!r} is not {nobodys!r}"]

    assert told == []
    assert await rows(land.world) == before


async def test_an_own_id_is_answered_otherwise_at_every_place(world: World, walk: Walk) -> None:
    """The sweep would notice: no place answers whatever id it is given in the same words."""
    same, unchanged = [], await estate(world, "mine")

    for number, place in enumerate(walk.places()):
        # An estate for each mutation, because some of what is done cannot be done twice.
        mine = await estate(world, f"mine-{number}") if place.type == "Mutation" else unchanged
        answers = [
            await answered(mine.clients["admin"], walk, mine, place, ids)
            for ids in (list(map(missing, mine.ids)), list(mine.ids.values()))
        ]
        same += [] if answers[0] != answers[1] else [f"{place}: {answers[0][0]!r}"]

    assert same == []


@pytest.mark.parametrize("asker", ASKERS)
async def test_nothing_foreign_is_in_anything_that_can_be_read(land: Land, asker: str) -> None:
    client, reading = land.client(asker), []
    for type_, kind in KINDS.items():
        for depth in (1, 3):
            everything = land.walk.everything(type_, depth)
            reading.append(f'{{ node(id: "{land.mine.ids[kind]}") {{ ... on {type_} {everything} }} }}')
    reading.append(f"{{ viewer {land.walk.everything('Viewer', 3)} }}")

    answers = [await client.body(document) for document in reading]

    traces = [trace for other in land.foreign_to(asker) for trace in other.traces()]
    assert [trace for trace in traces for answer in answers if trace.encode() in answer] == []
    if asker == "admin":
        assert all(b"mine" in answer for answer in answers)
