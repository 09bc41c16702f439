"""The command line: `python server.py COMMAND`."""

import argparse
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from types import FrameType

from commands.asking import Asked, say
from commands.operating import operate
from commands.operator import add_operator_commands
from commands.preparing import demo, migrate_only
from commands.serving import serve
from domain.pricing import PriceBookError
from models.embedded import EmbeddedDatabaseError
from models.failures import is_unavailable
from models.inspecting import WallsDown
from models.migrating import MigrationError
from models.publishing import TermsError
from resolvers.api import build_api
from resolvers.operating import OperatorError
from resolvers.trusted import ManifestError
from settings.reading import SettingsError, read_settings
from web.ports import PortTaken

# What a person mends by reading one sentence; anything else is a fault, and keeps its traceback.
SENTENCES = (
    SettingsError,
    PortTaken,
    ManifestError,
    EmbeddedDatabaseError,
    MigrationError,
    WallsDown,
    OperatorError,
    PriceBookError,
    TermsError,
)


def export_schema(_: Asked) -> None:
    """Print the schema as SDL."""
    say(build_api().as_str())


COMMANDS = {"serve": serve, "migrate": migrate_only, "demo": demo, "export-schema": export_schema}


def sentence_for(error: BaseException) -> str | None:
    """Return what a person has to mend; None for a fault, whose traceback is needed."""
    if isinstance(error, SENTENCES):
        return str(error)
    if is_unavailable(error):
        # Whoever supervises an ASGI server starts it again; `serve` keeps its workers.
        return (
            f"DATABASE_URL: the database cannot be used: {str(getattr(error, 'orig', None) or error).splitlines()[0]}"
        )
    return None


def main(now: Callable[[], datetime]) -> int:
    """Run one command. Returns the exit status: 1 with one sentence where a person can mend it."""
    arguments = _parser().parse_args()
    signal.signal(signal.SIGTERM, _end)
    try:
        COMMANDS.get(arguments.command, operate)(Asked(read_settings(), arguments, now))
    except SENTENCES as error:
        print(f"server.py: {error}", file=sys.stderr)  # noqa: T201 # a command speaks
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="server.py", description="The reseller dashboard's server.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        commands.add_parser(name, help=command.__doc__, description=command.__doc__)
    safely = "refuse unsafe settings, as ENVIRONMENT=production does"
    commands.choices["serve"].add_argument("--production", action="store_true", help=safely)
    add_operator_commands(commands)
    return parser


def _end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 # a handler's signature
    # Leave through every `with`, so that the embedded database stops as well.
    raise SystemExit(0)
