"""Whatever is sent, by whomever, is answered: no fault, every error with a code, and nothing foreign changed."""

import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from graphql import GraphQLSchema
from hypothesis import given, note
from hypothesis import strategies as st

from auth.budgets import Budgets
from domain.budgets import Allowance
from resolvers.api import Api, build_api
from tests.applications import assembled
from tests.clients import Client
from tests.fuzz.generated import IDS, fuzzed, garbled, mistaken, reading, writing
from tests.tenants.estate import Estate, estate, rows
from tests.world import World, missing

ASKERS = ["admin", "account's admin", "organization's user", "key", "stranger"]
CODE = re.compile("[A-Z]+(_[A-Z]+)*")
SCHEMA: GraphQLSchema = build_api()._schema
WITHOUT_END = Allowance(10**9, 10**6)


@dataclass
class Land:
    """A tenant that asks, and another one, whose rows are looked at after each question."""

    world: World
    mine: Estate
    foreign: Estate
    ids: list[str]
    before: list[tuple[str, ...]] = field(default_factory=list)

    async def foreign_rows(self) -> list[tuple[str, ...]]:
        traces = (self.foreign.word, str(self.foreign.reseller.id))
        return [row for row in await rows(self.world) if any(trace in row[1] for trace in traces)]

    async def ask(self, asker: str, text: str) -> dict[str, Any]:
        """Send a text, and return the answer, if it is one that anybody may get."""
        document = re.sub(r"@(\d+)", lambda match: self.ids[int(match[1]) % len(self.ids)], text)
        note(f"{asker}: {document}")
        client = Client(self.world.app) if asker == "stranger" else self.mine.clients[asker]
        response = await client.http.post("/graphql", json={"query": document})
        body: dict[str, Any] = response.json()
        assert response.status_code < 500, response.text
        codes = [error["extensions"]["code"] for error in body.get("errors", [])]
        assert [code for code in codes if not CODE.fullmatch(code) or code == "INTERNAL_SERVER_ERROR"] == []
        assert {"data", "errors"} & body.keys()
        theirs = [trace for trace in self.foreign.traces() if trace in response.text and trace not in document]
        assert theirs == []
        return body


@pytest.fixture
async def land(world: World, api: Api) -> Land:
    world.app = assembled(api, world.database, world.clock, budgets=Budgets(WITHOUT_END, WITHOUT_END))
    mine, foreign = await estate(world, "mine"), await estate(world, "foreign")
    ids = [*mine.ids.values(), *foreign.ids.values(), missing("acct"), missing("resl")]
    made = Land(world, mine, foreign, ids)
    made.before = await made.foreign_rows()
    assert (len(ids), len(made.before) > 10) == (IDS, True)
    return made


@pytest.mark.parametrize("asker", ASKERS)
@given(text=reading(SCHEMA))
@fuzzed(30)
async def test_every_query_that_the_schema_allows_is_answered(land: Land, asker: str, text: str) -> None:
    await land.ask(asker, text)


@pytest.mark.parametrize("asker", ASKERS)
@given(text=writing(SCHEMA))
@fuzzed(30)
async def test_every_mutation_that_the_schema_allows_is_answered_and_changes_nothing_foreign(
    land: Land, asker: str, text: str
) -> None:
    await land.ask(asker, text)

    assert await land.foreign_rows() == land.before


@given(text=mistaken(SCHEMA), asker=st.sampled_from(ASKERS))
@fuzzed(100)
async def test_an_operation_that_the_schema_does_not_allow_is_refused_and_runs_nothing(
    land: Land, asker: str, text: str
) -> None:
    everything = await rows(land.world)

    body = await land.ask(asker, text)

    assert body["errors"] != []
    assert await rows(land.world) == everything


@given(text=garbled(SCHEMA), asker=st.sampled_from(ASKERS))
@fuzzed(100)
async def test_any_text_is_answered(land: Land, asker: str, text: str) -> None:
    await land.ask(asker, text)
