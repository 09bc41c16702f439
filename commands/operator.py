"""The operator's commands as they are typed: their names, their arguments, and what each of them runs."""

import argparse
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.pricing import PriceBookError
from models.price_books import read_price_book
from models.publishing import TermsError
from resolvers.operating import Operator, OperatorError

Arguments = argparse.Namespace


@dataclass(frozen=True, slots=True)
class Command:
    """What a command says of itself, what it takes, and what it does."""

    help: str
    run: Callable[[Operator, Arguments], Awaitable[Any]]
    takes: tuple[tuple[str, dict[str, Any]], ...] = ()
    # What can be refused before anything is started.
    check: Callable[[Arguments], object] = lambda _: None


RESELLER = ("reseller", {"metavar": "RESELLER", "help": "a reseller's id, as list-resellers shows it"})
FILE = ("file", {"metavar": "FILE", "type": Path})


def _require_price_book(given: Arguments) -> None:
    try:
        read_price_book(_text(given))
    except PriceBookError as error:
        raise PriceBookError(f"{given.file}: {error}") from None


async def _load_price_book(operator: Operator, given: Arguments) -> Any:  # noqa: ANN401 # what there is to tell
    try:
        return await operator.load_price_book(_text(given))
    except PriceBookError as error:
        raise PriceBookError(f"{given.file}: {error}") from None


async def _publish_terms(operator: Operator, given: Arguments) -> Any:  # noqa: ANN401 # what there is to tell
    try:
        return await operator.publish_terms(_text(given))
    except TermsError as error:
        raise TermsError(f"{given.file}: {error}") from None


def _text(given: Arguments) -> str:
    try:
        text: str = given.file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OperatorError(f"{given.file} cannot be read: {error}") from None
    return text


OPERATOR = {
    "create-reseller": Command(
        "Add a reseller and invite its first admin.",
        lambda operator, given: operator.create_reseller(
            given.name, given.admin, is_eligible=given.eligible, time_zone=given.time_zone, currency=given.currency
        ),
        (
            ("name", {"metavar": "NAME"}),
            ("--admin", {"required": True, "metavar": "EMAIL", "help": "who is invited as its first ADMIN"}),
            ("--eligible", {"action": "store_true", "help": "it may sell Partner Supported"}),
            ("--time-zone", {"default": "UTC", "help": "whose civil days its trials have: Europe/Berlin"}),
            ("--currency", {"default": "USD", "help": "of a price book that was loaded: USD"}),
        ),
    ),
    "set-eligibility": Command(
        "Decide whether a reseller may sell Partner Supported.",
        lambda operator, given: operator.set_eligibility(given.reseller, is_eligible=given.eligible == "yes"),
        (RESELLER, ("eligible", {"choices": ["yes", "no"]})),
    ),
    "disable-reseller": Command(
        "Disable a reseller with all of its accounts.",
        lambda operator, given: operator.disable_reseller(given.reseller, is_disabled=True),
        (RESELLER,),
    ),
    "enable-reseller": Command(
        "Enable a disabled reseller with the accounts that were disabled with it.",
        lambda operator, given: operator.disable_reseller(given.reseller, is_disabled=False),
        (RESELLER,),
    ),
    "list-resellers": Command("Show all resellers.", lambda operator, _: operator.list_resellers()),
    "show-reseller": Command(
        "Show one reseller with its open invitations.",
        lambda operator, given: operator.show_reseller(given.reseller),
        (RESELLER,),
    ),
    "resend-invitation": Command(
        "Send an invitation to a reseller's dashboard once more.",
        lambda operator, given: operator.resend_invitation(given.invitation),
        (("invitation", {"metavar": "INVITATION", "help": "its id, as show-reseller shows it"}),),
    ),
    "sign-out": Command(
        "End every session of a user.",
        lambda operator, given: operator.sign_out(given.email),
        (("email", {"metavar": "EMAIL"}),),
    ),
    "dead-letters": Command(
        "Show the mails that will not be sent any more.", lambda operator, _: operator.dead_letters()
    ),
    "load-price-book": Command(
        "Load a dated price book; contracts that are saved already keep their cost.",
        _load_price_book,
        (FILE,),
        _require_price_book,
    ),
    "publish-terms": Command(
        "Publish terms, which every user of every reseller is asked to accept.", _publish_terms, (FILE,), _text
    ),
}


def add_operator_commands(commands: Any) -> None:  # noqa: ANN401 # argparse's own, which is private
    """Let the command line know them; each can tell what it did as JSON."""
    for name, command in OPERATOR.items():
        parser = commands.add_parser(name, help=command.help, description=command.help)
        for argument, options in command.takes:
            parser.add_argument(argument, **options)
        parser.add_argument("--json", action="store_true", help="tell it as JSON, for scripts")
