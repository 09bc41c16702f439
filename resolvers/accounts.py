"""Accounts: looking one up, adding one, changing one."""

from typing import Annotated

import strawberry

from auth import policies
from auth.probing import count_miss
from domain.catalog import SupportType
from domain.errors import BadInput
from domain.lifecycle import SubscriptionAlreadyActive, SubscriptionStatus
from domain.naming import clean_subdomain, clean_text
from models import ids, subdomains
from models.accounts import Account as AccountRow
from models.catalog import plan_for
from models.resellers import Reseller as ResellerRow
from models.subscriptions import Subscription
from models.transactions import Transaction
from resolvers.auditing import record
from resolvers.finding import find_reseller, lock_account, lock_open_contract
from resolvers.named import id_of_external, id_of_subdomain
from resolvers.probing import trying
from resolvers.versions import allow
from resolvers.writing import given, signed_in, writing
from schema.accounts import (
    Account,
    CreateAccountInput,
    CreateAccountPayload,
    UpdateAccountInput,
    UpdateAccountPayload,
)
from schema.context import Info
from schema.inputs import clean_external_id

AccountId = Annotated[strawberry.ID | None, strawberry.argument(description="The account's id.")]
Subdomain = Annotated[
    str | None, strawberry.argument(description="Its subdomain, whatever the case, in place of the id.")
]
ExternalId = Annotated[
    str | None,
    strawberry.argument(description="The id that automation of its reseller gave it, in place of its own."),
]
ResellerId = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="With externalId: whose account it is. Not needed by those who belong to one reseller only."
    ),
]


async def account(
    info: Info,
    id: AccountId = None,
    subdomain: Subdomain = None,
    external_id: ExternalId = None,
    reseller_id: ResellerId = None,
) -> Account | None:
    """An account by its id, its subdomain or the id that automation of its reseller gave it; null where it does not
    exist or the viewer may not see it."""
    names = {"id": id, "subdomain": subdomain, "external_id": external_id}
    given = [name for name, value in names.items() if value is not None]
    if len(given) != 1:
        raise BadInput(given[-1] if given else "id", "Give one of id, subdomain and externalId.")
    if reseller_id is not None and external_id is None:
        raise BadInput("reseller_id", "This goes with externalId.")
    if external_id is not None:
        key = await id_of_external(info, reseller_id, external_id)
    else:
        key = ids.read(id or "", "acct") if subdomain is None else await id_of_subdomain(info, subdomain)
    account = None if key is None else await Account.load(info, key)
    if account is None and subdomain is not None and subdomain not in info.context.missed:
        await count_miss(info.context.database, signed_in(info).id, at=info.context.now)
        # Not before: what is refused is refused each time.
        info.context.missed.add(subdomain)
    return account


async def create(info: Info, input: CreateAccountInput) -> CreateAccountPayload:
    """Adds a customer account to a reseller. Its trial of 21 days begins today, on the reseller's calendar."""
    name, subdomain, now = clean_text(input.name, "name"), clean_subdomain(input.subdomain), info.context.now
    external_id = clean_external_id(input.external_id)
    async with trying(info, subdomain), writing(info) as transaction:
        reseller = await find_reseller(info, transaction, input.reseller_id)
        is_disabled = reseller.disabled_at is not None
        policies.require(policies.may_create_account(signed_in(info), reseller.id, is_disabled=is_disabled))
        _require_sellable(reseller, input.support_type)
        account = AccountRow.begun(
            reseller.id,
            name=name,
            subdomain=subdomain,
            support_type=input.support_type,
            external_id=external_id,
            on=info.context.today(reseller.time_zone),
            at=now,
        )
        await subdomains.claim(transaction, subdomain, reseller_id=reseller.id, account_id=account.id, at=now)
        transaction.add(account)
        record(info, transaction, input, account)
    return CreateAccountPayload(account_id=account.id, errors=[])


async def update(info: Info, input: UpdateAccountInput) -> UpdateAccountPayload:
    """Changes only the fields that are given. A pending contract is priced anew with the support type."""
    name, subdomain = given(input.name, "name"), given(input.subdomain, "subdomain")
    name = None if name is None else clean_text(name, "name")
    subdomain = None if subdomain is None else clean_subdomain(subdomain)
    support_type = given(input.support_type, "support_type")
    external_id = None if input.external_id is None else strawberry.Some(clean_external_id(input.external_id.value))
    async with trying(info, subdomain), writing(info) as transaction:
        account, reseller = await lock_account(info, transaction, input.id, "id")
        is_rename = subdomain is None and support_type is None and external_id is None
        ask = policies.may_rename_account if is_rename else policies.may_edit_account
        allow(ask(signed_in(info), account), input, account, account_id=account.id)
        repriced = []
        if support_type not in {None, account.support_type}:
            repriced = await _change_support_type(info, transaction, account, reseller, support_type)
        if subdomain not in {None, account.subdomain}:
            await _move(info, transaction, account, subdomain)
        account.name = name or account.name
        account.external_id = account.external_id if external_id is None else external_id.value
        if transaction.is_modified(account):
            account.updated_at = info.context.now
        record(info, transaction, input, account, *repriced)
    return UpdateAccountPayload(account_id=account.id, errors=[])


async def _change_support_type(
    info: Info, transaction: Transaction, account: AccountRow, reseller: ResellerRow, support_type: SupportType
) -> list[Subscription]:
    contract = await lock_open_contract(transaction, account)
    if contract is not None and contract.status is SubscriptionStatus.ACTIVE:
        raise SubscriptionAlreadyActive(("support_type",))
    _require_sellable(reseller, support_type)
    account.support_type = support_type
    if contract is not None:
        on, currency = info.context.today(reseller.time_zone), reseller.currency_code
        plan = await plan_for(transaction, support_type, contract.systems, currency_code=currency, on=on)
        interval = contract.billing_interval
        contract.save(plan, systems=contract.systems, billing_interval=interval, at=info.context.now)
    return [] if contract is None else [contract]


async def _move(info: Info, transaction: Transaction, account: AccountRow, subdomain: str) -> None:
    owner = {"reseller_id": account.reseller_id, "account_id": account.id}
    await subdomains.claim(transaction, subdomain, **owner, at=info.context.now)
    await subdomains.release(transaction, account.subdomain, at=info.context.now)
    account.subdomain = subdomain


def _require_sellable(reseller: ResellerRow, support_type: SupportType) -> None:
    policies.require(policies.may_sell(is_sellable=reseller.may_sell(support_type)))
