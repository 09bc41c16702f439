"""Price books as the operator writes them: a TOML file, read, checked and loaded whole or not at all.

PriceBookError     names the row, or the key, that cannot be used
"""

import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from uuid_utils.compat import uuid7

from domain.catalog import SupportType
from domain.money import Money
from domain.pricing import PriceBookError, require_contiguous
from models.catalog import Plan, PriceBook
from models.transactions import Transaction

# What the column holds, to the letter: Decimal() itself also reads "1_0", "1e2" and the digits of every script.
_COST = re.compile(r"[0-9]{1,8}(?:\.[0-9]{1,4})?", re.ASCII)
_KEYS = {"name", "min_systems", "max_systems", "cost_per_system"}


@dataclass(frozen=True, slots=True)
class Row:
    """A bracket as it is written."""

    support_type: SupportType
    name: str
    min_systems: int
    max_systems: int | None
    cost: Money


@dataclass(frozen=True, slots=True)
class PriceBookFile:
    """A whole file: every support type has contiguous brackets."""

    currency_code: str
    effective_on: date
    rows: tuple[Row, ...]


def read_price_book(text: str) -> PriceBookFile:
    """Return what a file says. Raises PriceBookError in one sentence that names the row or key at fault."""
    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PriceBookError(f"this is no TOML: {error}") from None
    currency, effective_on = written.pop("currency", None), written.pop("effective_on", None)
    if not isinstance(currency, str) or not re.fullmatch("[A-Z]{3}", currency):
        raise PriceBookError('currency must be three capitals: "USD"')
    if type(effective_on) is not date:
        raise PriceBookError("effective_on must be a day: 2025-01-01")
    rows: list[Row] = []
    for support_type in SupportType:
        rows += _bracket_rows(support_type, written.pop(support_type.value.lower(), None), currency)
    if written:
        raise PriceBookError(f"{next(iter(written))} is no key of a price book")
    return PriceBookFile(currency, effective_on, tuple(rows))


def _bracket_rows(support_type: SupportType, written: Any, currency: str) -> list[Row]:  # noqa: ANN401 # whatever TOML holds
    table = support_type.value.lower()
    if not isinstance(written, list) or not written:
        raise PriceBookError(f"there are no [[{table}]] rows")
    try:
        rows = [_row(support_type, number, each, currency) for number, each in enumerate(written, 1)]
        require_contiguous(rows)
    except PriceBookError as error:
        raise PriceBookError(f"{table} {error}") from None
    return rows


def _row(support_type: SupportType, number: int, written: Any, currency: str) -> Row:  # noqa: ANN401 # whatever TOML holds
    if not isinstance(written, dict) or not {"name", "min_systems", "cost_per_system"} <= set(written) <= _KEYS:
        raise PriceBookError(
            f"row {number}: write name, min_systems, max_systems (but on the last) and cost_per_system"
        )
    for key in ("min_systems", "max_systems"):
        if type(written.get(key, 1)) is not int or not 1 <= written.get(key, 1) <= 2**31 - 1:
            raise PriceBookError(f"row {number}: {key} must be a whole number from 1")
    if not isinstance(written["name"], str) or not written["name"].strip() or not written["name"].isprintable():
        raise PriceBookError(f"row {number}: name must be a text")
    return Row(
        support_type=support_type,
        name=written["name"].strip(),
        min_systems=written["min_systems"],
        max_systems=written.get("max_systems"),
        cost=Money(_cost(number, written["cost_per_system"]), currency),
    )


def _cost(number: int, written: Any) -> Decimal:  # noqa: ANN401 # whatever TOML holds
    if not isinstance(written, str) or not _COST.fullmatch(written):
        raise PriceBookError(
            f'row {number}: cost_per_system must be a decimal in quotes, with at most four places: "3.50"'
        )
    return Decimal(written)


async def load_price_book(transaction: Transaction, file: PriceBookFile, *, at: datetime) -> PriceBook:
    """Add a version. Raises PriceBookError where one of this currency begins on the same day: none is ever changed."""
    same = sa.select(PriceBook.id).where(
        PriceBook.currency_code == file.currency_code, PriceBook.effective_on == file.effective_on
    )
    if await transaction.scalar(same) is not None:
        raise PriceBookError(f"a {file.currency_code} price book is effective on {file.effective_on} already")
    book = PriceBook(id=uuid7(), currency_code=file.currency_code, effective_on=file.effective_on, loaded_at=at)
    transaction.add(book)
    await transaction.flush()
    transaction.add_all(
        Plan(
            id=uuid7(),
            price_book_id=book.id,
            support_type=row.support_type,
            name=row.name,
            min_systems=row.min_systems,
            max_systems=row.max_systems,
            cost_per_system=row.cost.amount,
            currency_code=file.currency_code,
        )
        for row in file.rows
    )
    return book
