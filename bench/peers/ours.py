"""Ours as a target of the peers' bench: its data, how it is asked, what it must answer."""
# ruff: noqa: S101, S608 # a benchmark speaks, and checks what it is answered before it counts it

import asyncio
import base64
import hashlib
import json
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

from sqlalchemy.engine import make_url

from models import ids
from models.database import Database
from models.migrating import migrate
from models.price_books import load_price_book, read_price_book
from models.tokens import hash_token
from server import now

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
DATABASE, OWNER, ROLE = "ours", "dashboard_owner", "dashboard_app"
SERVER = "postgresql+asyncpg://{role}@127.0.0.1:54329/{database}"
PORT = 54430
BOOK = """
currency = "USD"
effective_on = 2020-01-01
huntress_supported = [
    {name = "P50", min_systems = 1, max_systems = 49, cost_per_system = "5.00"},
    {name = "P250", min_systems = 50, max_systems = 249, cost_per_system = "4.00"},
    {name = "P1000", min_systems = 250, cost_per_system = "3.00"},
]
partner_supported = [
    {name = "P50", min_systems = 1, max_systems = 49, cost_per_system = "5.00"},
    {name = "P250", min_systems = 50, max_systems = 249, cost_per_system = "4.00"},
    {name = "P1000", min_systems = 250, cost_per_system = "3.00"},
]
"""


def uid(kind: str, number: int) -> UUID:
    """Return an id of the worlds, theirs and ours."""
    return UUID(hashlib.md5(f"{kind}:{number}".encode(), usedforsecurity=False).hexdigest())


def token(number: int) -> str:
    """Return the token of a user's session, which is no secret here."""
    return base64.urlsafe_b64encode(uid("user", number).bytes + bytes(32)).decode()


CALLERS = (1, 2)
TOKENS = {str(uid("user", number)): token(number) for number in CALLERS}
TOKENS_OF_PEERS = {str(uid("user", number)): f"token-{number}" for number in CALLERS}


def is_ours(target: dict[str, Any]) -> bool:
    """Tell whether a target is this project's server."""
    return bool(target["name"].startswith("ours"))


def target(name: str) -> dict[str, Any]:
    """Return ours as the peers' bench wants a target."""
    port = PORT + ("ours", "ours-durable", "ours-interpreted").index(name)
    commit = {"ours-durable": "on"}.get(name, "off")
    settings = {
        "DATABASE_URL": f"{SERVER.format(role=f'{ROLE}_{commit}', database=DATABASE)}",
        "DATABASE_OWNER_URL": SERVER.format(role=OWNER, database=DATABASE),
        "PORT": str(port),
        "DATA_DIR": str(Path(os.environ["PEERS"]) / "logs" / name),
        "LOG_FORMAT": "json",
        "COMPILED_EXECUTION": "0" if name == "ours-interpreted" else "1",
        **WIDENED,
    }
    return {
        "name": name,
        "kind": "peer",
        "ops": ["q1", "q2", "q3"],
        "cwd": str(ROOT),
        "cmd": [sys.executable, "server.py", "serve"],
        "env": settings,
        "port": port,
        "url": f"http://127.0.0.1:{port}/graphql",
        # What a page of ours would send with its cookie.
        "headers": {"cookie": "session={token}", "sec-fetch-site": "same-origin"},
        "tokens": TOKENS,
        "page2": True,
        "query": {op: (HERE / "queries" / f"{op}.graphql").read_text() for op in ("q1", "q2", "q3")},
    }


# One caller sends everything: its budget, and the number of requests that it may have under way, are widened.
WIDENED = {"BUDGET_POINTS": "1000000000", "BUDGET_POINTS_A_SECOND": "1000000000"}


def variables(
    op: str, *, n: int = 210, systems: int = 120, interval: str = "ANNUAL", starts: str = ""
) -> dict[str, Any]:
    """Return the variables of an operation; when the contract starts is for ours to say."""
    del starts
    if op == "q2":
        return {"id": ids.encode("resl", uid("reseller", 1))}
    account = ids.encode("acct", uid("account", n))
    return {} if op == "q1" else {"input": {"accountId": account, "systems": systems, "billingInterval": interval}}


def load(theirs: ModuleType) -> None:
    """Leave our database with our roles, tables and world in the peers' server; what is there already stays."""
    if DATABASE in theirs.psql("SELECT datname FROM pg_database", "postgres").split():
        return
    for role in (OWNER, f"{ROLE}_off", f"{ROLE}_on"):
        theirs.psql(f"CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS", "postgres")
    theirs.psql(f"ALTER ROLE {ROLE}_on SET synchronous_commit = on", "postgres")
    theirs.psql(f"CREATE DATABASE {DATABASE} OWNER {OWNER}", "postgres")
    theirs.psql(f"ALTER SCHEMA public OWNER TO {OWNER}", DATABASE)
    asyncio.run(_fill())
    theirs.psql_file(str(HERE / "world.sql"), DATABASE)
    for number in CALLERS:
        hashed = hash_token(token(number)).hex()
        row = f"('{uid('user', number)}', '\\x{hashed}', now(), now() + interval '1 year')"
        theirs.psql(f"INSERT INTO sessions (user_id, token_hash, created_at, expires_at) VALUES {row}", DATABASE)
    theirs.psql("VACUUM ANALYZE", DATABASE)


async def _fill() -> None:
    owner = SERVER.format(role=OWNER, database=DATABASE)
    for commit in ("off", "on"):
        await migrate(owner, application_url=SERVER.format(role=f"{ROLE}_{commit}", database=DATABASE))
    database = Database(str(make_url(owner)), pool_size=1)
    async with database.transaction() as transaction:
        await load_price_book(transaction, read_price_book(BOOK), at=now())
    await database.close()


def check(target: dict[str, Any], theirs: ModuleType) -> tuple[dict[str, int], list[str]]:
    """Hold every answer against rows that plain SQL reads; return the sizes of the answers, and what is wrong."""
    raw = {op: theirs.post(target, op, raw=True) for op in target["ops"]}
    wrong = []
    for op, expect in (("q1", _switcher), ("q2", _screen), ("q3", _saved)):
        if op in raw:
            wanted, got = expect(theirs), _seen(op, json.loads(raw[op]))
            wrong += [] if wanted == got else [f"{op}: {str(got)[:200]} instead of {str(wanted)[:200]}"]
    stranger = theirs.post(target, "q2", user=str(uid("user", 2)))
    wrong += [] if stranger["data"]["reseller"] is None else ["q2: a stranger sees the reseller"]
    refused = theirs.post(target, "q3", user=str(uid("user", 2)), systems=7)["data"]["upsertSubscription"]
    wrong += [] if refused["account"] is None and refused["errors"] else ["q3: a stranger may write"]
    return {op: len(body) for op, body in raw.items()}, wrong


def _rows(theirs: ModuleType, sql: str) -> list[list[str]]:
    return [line.split("|") for line in theirs.psql(sql, DATABASE).splitlines()]


def _seen(op: str, answer: dict[str, Any]) -> object:
    """Return the part of an answer that is compared, ids as the tables have them."""
    assert "errors" not in answer, answer["errors"][:1]
    if op == "q1":
        return [
            [each["kind"], _key(each["id"]), each["name"], each["role"]]
            for each in answer["data"]["viewer"]["dashboards"]
        ]
    if op == "q2":
        page = answer["data"]["reseller"]["accounts"]
        edges = [edge["node"] for edge in page["edges"]]
        return [page["totalCount"], page["pageInfo"]["hasNextPage"], [_row(node) for node in edges]]
    return _contract(answer["data"]["upsertSubscription"]["account"]["subscription"])


def _key(id: str) -> str:
    parsed = ids.parse(id)
    assert parsed is not None
    return str(parsed[1])


def _row(node: dict[str, Any]) -> list[Any]:
    organizations = [f"{_key(each['id'])} {each['name']}" for each in node["organizations"]["nodes"]]
    return [
        _key(node["id"]),
        node["name"],
        node["subdomain"],
        node["trialEndsOn"],
        organizations,
        _contract(node["subscription"]),
    ]


def _contract(written: dict[str, Any] | None) -> list[str] | None:
    if written is None:
        return None
    cost, starts_on = written["costPerSystem"]["amount"], written["startsOn"] or ""
    return [
        written["plan"]["name"],
        str(written["systems"]),
        written["billingInterval"],
        cost,
        written["status"],
        starts_on,
    ]


CONTRACT = """SELECT p.name, s.systems, s.billing_interval, round(s.cost_per_system, 2),
  s.status, coalesce(s.starts_on::text, '') FROM subscriptions s JOIN plans p ON p.id = s.plan_id
  WHERE s.status IN ('PENDING', 'ACTIVE') AND s.account_id = '{}'"""


def _switcher(theirs: ModuleType) -> list[list[str]]:
    names = "coalesce(o.name, a.name, r.name)"
    return _rows(
        theirs,
        f"""SELECT m.kind, m.dashboard_id, {names}, m.role FROM memberships m JOIN resellers r ON r.id = m.reseller_id
        LEFT JOIN accounts a ON a.id = m.account_id LEFT JOIN organizations o ON o.id = m.organization_id
        WHERE m.user_id = '{uid("user", 1)}'
        ORDER BY array_position(ARRAY['RESELLER','ACCOUNT','ORGANIZATION'], m.kind),
          {names} COLLATE "C", m.dashboard_id""",
    )


def _screen(theirs: ModuleType) -> list[Any]:
    reseller = uid("reseller", 1)
    page = _rows(
        theirs,
        f"""SELECT id, name, subdomain, trial_ends_on FROM accounts WHERE reseller_id = '{reseller}'
        ORDER BY lower(name) COLLATE "C", id LIMIT 100""",
    )
    rows = []
    for row in page:
        organizations = _rows(
            theirs,
            f"SELECT id || ' ' || name FROM organizations WHERE account_id = '{row[0]}' ORDER BY lower(name), id",
        )
        contract = _rows(theirs, CONTRACT.format(row[0]))
        rows.append([*row, [each[0] for each in organizations], contract[0] if contract else None])
    return [200, True, rows]


def _saved(theirs: ModuleType) -> list[str]:
    return _rows(theirs, CONTRACT.format(uid("account", 210)))[0]
