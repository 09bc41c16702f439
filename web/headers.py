"""One header of a request, where two would let two readers understand two requests."""

from starlette.types import Scope

from web.refusals import Refused


def single(scope: Scope, name: bytes) -> str | None:
    """Return the value of a header, or None. Raises Refused where it is there twice; `name` is in lower case."""
    found = None
    for each, value in scope["headers"]:
        if each == name:
            if found is not None:
                raise Refused(400, f"The header {name.decode()} is there twice.")
            found = value
    return None if found is None else found.decode("latin-1")


def joined(scope: Scope, name: bytes) -> str | None:
    """Return the value of a header that is a list, or None; `name` is in lower case."""
    found = [value for each, value in scope["headers"] if each == name]
    return b",".join(found).decode("latin-1") if found else None
