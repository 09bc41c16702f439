"""The table of roles, as DOMAIN.md, part 1, has it, but for billing: there are no such permissions yet."""

from auth.viewer import ROLES, Permission
from domain.tenancy import DashboardKind, Role

P = Permission
COLUMNS = [
    (DashboardKind.RESELLER, Role.ADMIN),
    (DashboardKind.RESELLER, Role.PROVISIONER),
    (DashboardKind.RESELLER, Role.FINANCE),
    (DashboardKind.RESELLER, Role.READ_ONLY),
    (DashboardKind.ACCOUNT, Role.ADMIN),
    (DashboardKind.ACCOUNT, Role.SECURITY_ENGINEER),
    (DashboardKind.ACCOUNT, Role.USER),
    (DashboardKind.ACCOUNT, Role.READ_ONLY),
    (DashboardKind.ORGANIZATION, Role.ADMIN),
    (DashboardKind.ORGANIZATION, Role.USER),
    (DashboardKind.ORGANIZATION, Role.READ_ONLY),
]
# name: the name only. dates: a contract without its money. enter: where it may enter. own, mine: that dashboard alone.
# below: the dashboard and those in it that it may enter.
TABLE = """
                          reseller                    account                     organization
                          ADMIN PROVIS FINANC READ_O  ADMIN SECURI USER   READ_O  ADMIN USER  READ_O
accounts:read             all   all    all    all     own   own    own    own     -     -     -
accounts:create           yes   yes    -      -       -     -      -      -       -     -     -
accounts:edit             yes   yes    -      -       name  -      -      -       -     -     -
accounts:enter            yes   yes    -      -       mine  mine   mine   mine    -     -     -
subscriptions:read        yes   yes    yes    yes     dates dates  dates  dates   -     -     -
subscriptions:edit        yes   yes    -      -       -     -      -      -       -     -     -
subscriptions:activate    yes   -      -      -       -     -      -      -       -     -     -
organizations:read        enter enter  -      -       yes   yes    yes    yes     own   own   own
organizations:edit        enter enter  -      -       yes   yes    -      -       name  -     -
members:read              yes   yes    yes    yes     yes   yes    yes    yes     yes   yes   yes
members:manage            below -      -      -       below -      -      -       own   -     -
keys:manage               yes   -      -      -       yes   -      -      -       -     -     -
audit:read                yes   -      yes    -       yes   -      -      -       -     -     -
terms:accept              yes   yes    yes    yes     -     -      -      -       -     -     -
"""
MEANING = {
    "accounts:read": {"all": {P.ACCOUNTS_READ}, "own": {P.ACCOUNTS_READ}},
    "accounts:create": {"yes": {P.ACCOUNTS_CREATE}},
    "accounts:edit": {"yes": {P.ACCOUNTS_EDIT, P.ACCOUNTS_RENAME}, "name": {P.ACCOUNTS_RENAME}},
    "accounts:enter": {"yes": {P.ACCOUNTS_ENTER}, "mine": {P.ACCOUNTS_ENTER}},
    "subscriptions:read": {
        "yes": {P.SUBSCRIPTIONS_READ, P.SUBSCRIPTIONS_READ_COST},
        "dates": {P.SUBSCRIPTIONS_READ},
    },
    "subscriptions:edit": {"yes": {P.SUBSCRIPTIONS_EDIT}},
    "subscriptions:activate": {"yes": {P.SUBSCRIPTIONS_ACTIVATE}},
    "organizations:read": {cell: {P.ORGANIZATIONS_READ} for cell in ("enter", "yes", "own")},
    "organizations:edit": {
        "enter": {P.ORGANIZATIONS_EDIT, P.ORGANIZATIONS_RENAME},
        "yes": {P.ORGANIZATIONS_EDIT, P.ORGANIZATIONS_RENAME},
        "name": {P.ORGANIZATIONS_RENAME},
    },
    "members:read": {"yes": {P.MEMBERS_READ}},
    "members:manage": {cell: {P.MEMBERS_MANAGE} for cell in ("below", "own")},
    "keys:manage": {"yes": {P.KEYS_MANAGE}},
    "audit:read": {"yes": {P.AUDIT_READ}},
    "terms:accept": {"yes": {P.TERMS_ACCEPT}},
}


def test_each_role_holds_what_the_table_says_and_nothing_more() -> None:
    expected: dict[DashboardKind, dict[Role, set[Permission]]] = {kind: {} for kind in DashboardKind}
    for permission, *cells in (line.split() for line in TABLE.splitlines()[3:]):
        for (kind, role), cell in zip(COLUMNS, cells, strict=True):
            expected[kind].setdefault(role, set()).update(MEANING[permission].get(cell, set()))

    assert expected == ROLES


def test_every_permission_is_held_by_some_role() -> None:
    held = {permission for roles in ROLES.values() for held in roles.values() for permission in held}

    assert held == set(Permission)
