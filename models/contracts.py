"""Accounts in one statement with their open contracts, and these with their plans."""

import sqlalchemy as sa

from models.accounts import Account, account_rows
from models.base import among
from models.catalog import Plan
from models.prepared import Ids, prepared
from models.reading import within
from models.scopes import Scope
from models.subscriptions import Subscription, subscription_rows


@prepared
def contracts_beside_accounts(scope: Scope, ids: Ids) -> sa.Select[*tuple[object, ...]]:
    """Select the accounts with these ids that lie in the scope, each with its `contract` and the `plan` of that.

    Both are None where no contract is open. The contracts lie in the scope as well.
    """
    accounts = account_rows().where(Account.visible_to(scope), among(Account.id, ids))
    contract = within("contract", subscription_rows().selected_columns)
    plan = within("plan", Plan.__table__.columns)
    return accounts.add_columns(*contract, *plan).outerjoin(Plan, Plan.id == Subscription.plan_id)
