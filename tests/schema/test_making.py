"""Inputs are made as Strawberry would make them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from strawberry.types.arguments import convert_argument
from strawberry.types.base import get_object_definition

from domain.catalog import BillingInterval, SupportType
from resolvers.api import Api
from schema.accounts import UpdateAccountInput
from schema.inputs import AccountRef
from schema.keys import CreateApiKeyInput
from schema.making import make_at_once
from schema.resellers import UpdateResellerInput
from schema.subscriptions import UpsertSubscriptionInput

AT = datetime(2025, 1, 1, tzinfo=UTC)
GIVEN: list[tuple[type, dict[str, Any]]] = [
    (UpdateAccountInput, {"id": "acct_1"}),
    (UpdateAccountInput, {"id": None, "account": {"subdomain": "contoso"}, "name": "Other", "externalId": None}),
    (UpdateAccountInput, {"supportType": SupportType.PARTNER_SUPPORTED, "subdomain": None, "expectedVersion": 3}),
    (UpdateResellerInput, {"id": "resl_1", "requiresTwoFactor": True, "dryRun": None}),
    (UpsertSubscriptionInput, {"accountId": "acct_1", "systems": 7, "billingInterval": BillingInterval.ANNUAL}),
    (UpsertSubscriptionInput, {"account": {"id": "acct_1"}, "systems": 7, "externalId": "x", "reason": "Because."}),
    (CreateApiKeyInput, {"dashboardId": "acct_1", "name": "Sync", "expiresAt": AT}),
]


def made(api: Api, kind: type, given: dict[str, Any]) -> Any:
    converter = api.schema_converter
    return convert_argument(given, kind, converter.scalar_registry, converter.config)


@pytest.mark.parametrize(("kind", "given"), GIVEN)
def test_an_input_is_what_strawberry_makes_of_it(
    api: Api, kind: type, given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    definition = get_object_definition(kind, strict=True)
    monkeypatch.setattr(definition, "from_input", None)
    theirs = made(api, kind, given)
    make_at_once(kind)
    first, second = made(api, kind, given), made(api, kind, given)

    assert first == second == theirs
    assert type(first) is kind


def test_what_is_made_otherwise_is_left_to_strawberry(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_object_definition(UpdateAccountInput, strict=True), "from_input", None)
    make_at_once(UpdateAccountInput)

    named = made(api, UpdateAccountInput, {"account": {"externalId": "x"}})

    assert named.account == AccountRef(external_id="x")
