"""Contract subscriptions: saving, activating, withdrawing."""

import strawberry

from auth import policies
from domain.pricing import systems_in_range
from models.accounts import under_contract
from models.catalog import plan_for
from models.subscriptions import Subscription
from resolvers.auditing import record
from resolvers.finding import lock_account, lock_contract, lock_open_contract
from resolvers.versions import allow
from resolvers.writing import signed_in, writing
from schema.context import Info
from schema.inputs import clean_external_id
from schema.subscriptions import (
    ActivateSubscriptionInput,
    ActivateSubscriptionPayload,
    CancelSubscriptionInput,
    CancelSubscriptionPayload,
    UpsertSubscriptionInput,
    UpsertSubscriptionPayload,
)


async def upsert(info: Info, input: UpsertSubscriptionInput) -> UpsertSubscriptionPayload:
    """Saves the account's contract: creates the pending one, or changes it.

    The plan follows from the number of systems; the support type is the account's unless given, and giving another
    one changes the account's too.
    """
    systems, now = systems_in_range(input.systems), info.context.now
    external_id = None if input.external_id is None else strawberry.Some(clean_external_id(input.external_id.value))
    async with writing(info) as transaction:
        account, reseller = await lock_account(info, transaction, input.account_id, "account_id")
        contract = await lock_open_contract(transaction, account)
        support_type = input.support_type or account.support_type
        is_sellable = reseller.may_sell(support_type)
        state = None if contract is None else contract.status
        answer = policies.may_save_contract(signed_in(info), account, state, is_sellable=is_sellable)
        current = {"subscription_id": contract and contract.id, "account_id": account.id}
        allow(answer, input, contract, **current)
        today, currency = info.context.today(reseller.time_zone), reseller.currency_code
        plan = await plan_for(transaction, support_type, systems, currency_code=currency, on=today)
        saved = contract or Subscription.drafted(reseller.id, account.id, at=now)
        saved.save(plan, systems=systems, billing_interval=input.billing_interval, at=now)
        saved.external_id = saved.external_id if external_id is None else external_id.value
        transaction.add(saved)
        if account.support_type is not support_type:
            account.support_type, account.updated_at = support_type, now
        record(info, transaction, input, saved, account)
    return UpsertSubscriptionPayload(
        subscription_id=saved.id, account_id=account.id, created=contract is None, errors=[]
    )


async def activate(info: Info, input: ActivateSubscriptionInput) -> ActivateSubscriptionPayload:
    """Starts the contract. Paying begins on the day after the trial was to end, never sooner."""
    async with writing(info) as transaction:
        contract, account, reseller = await lock_contract(info, transaction, input.id)
        answer = policies.may_activate(signed_in(info), account, contract.status)
        allow(answer, input, contract, subscription_id=contract.id, account_id=account.id)
        today = info.context.today(reseller.time_zone)
        contract.activate(on=today, trial_ends_on=account.trial_ends_on, at=info.context.now)
        await transaction.fetch(under_contract(account.reseller_id, account.id))
        record(info, transaction, input, contract)
    return ActivateSubscriptionPayload(subscription_id=contract.id, account_id=account.id, errors=[])


async def cancel(info: Info, input: CancelSubscriptionInput) -> CancelSubscriptionPayload:
    """Withdraws a pending contract. The account can be given a new one."""
    async with writing(info) as transaction:
        contract, account, _ = await lock_contract(info, transaction, input.id)
        answer = policies.may_withdraw(signed_in(info), account, contract.status)
        allow(answer, input, contract, subscription_id=contract.id, account_id=account.id)
        contract.withdraw(at=info.context.now)
        record(info, transaction, input, contract)
    return CancelSubscriptionPayload(subscription_id=contract.id, account_id=account.id, errors=[])
