"""The Python that is written for a level: one loop that reads the leaves of every object and builds its result."""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, NamedTuple

from execution.compiler.failures import CallableFound
from execution.compiler.frameworks import Attribute
from execution.compiler.leaves import Leaf

Build = Callable[[list[Any]], list[dict[str, Any]]]


class Read(NamedTuple):
    """A leaf that is read and not called."""

    attribute: Attribute
    leaf: Leaf


def written(kind: str, reads: Mapping[str, Read | str | None]) -> Build:
    """Return the function that builds the results of objects, with None for what is filled in later.

    `reads` says, for each key of the result in its order, what stands there: a leaf, a constant, or nothing yet.
    """
    names: dict[str, Any] = {"Mapping": Mapping}
    lines: list[str] = []
    entries: list[str] = []
    # What is read from all sources at once stands beside them.
    variables, columns = ["source"], ["sources"]
    for number, (key, read) in enumerate(reads.items()):
        if not isinstance(read, Read):
            entries.append(f"{key!r}: {read!r}")
            continue
        value = f"v{number}"
        names[f"read{number}"] = read.attribute.function
        if read.attribute.of_all is None:
            lines.append(f"{value} = {_reading(read.attribute, f'read{number}')}")
        else:
            names[f"read{number}"] = read.attribute.of_all
            variables.append(value)
            columns.append(f"read{number}(sources)")
        line, used = read.leaf.line(value, calls=read.attribute.of_mappings)
        lines.append(line)
        names |= used
        entries.append(f"{key!r}: {value}")
    if any(isinstance(read, Read) and read.attribute.of_mappings for read in reads.values()):
        lines.insert(0, "is_mapping = type(source) is dict or isinstance(source, Mapping)")
    one_by_one = f"{', '.join(variables)} in zip({', '.join(columns)}, strict=True)"
    body = [*lines, f"append({{{', '.join(entries)}}})"]
    text = "\n".join(
        [
            "def build(sources):",
            "    results = []",
            "    append = results.append",
            f"    for {one_by_one if len(columns) > 1 else 'source in sources'}:",
            *(f"        {line}" for line in body),
            "    return results",
        ]
    )
    # What goes into it are the schema's and the document's own names, which GraphQL's grammar keeps to letters, digits
    # and underscores, and attribute names that Python checked when the class was made.
    exec(compile(text, f"<level of {kind}>", "exec"), names)  # noqa: S102
    build: Build = names["build"]
    return build


def reader(attribute: Attribute) -> Callable[[list[Any]], list[Any]]:
    """Return what reads an attribute of all objects of a level."""
    if attribute.of_all is not None:
        of_all = attribute.of_all
        return lambda objects: list(of_all(objects))
    if not attribute.of_mappings:
        get = attribute.function or attrgetter(attribute.name)
        return lambda objects: list(map(get, objects))

    def read(objects: list[Any]) -> list[Any]:
        values = [
            source.get(attribute.name) if isinstance(source, Mapping) else getattr(source, attribute.name, None)
            for source in objects
        ]
        if any(map(callable, values)):
            raise CallableFound
        return values

    return read


def _reading(attribute: Attribute, function: str) -> str:
    if attribute.function is not None:
        return f"{function}(source)"
    if not attribute.of_mappings:
        return f"source.{attribute.name}"
    name = repr(attribute.name)
    return f"source.get({name}) if is_mapping else getattr(source, {name}, None)"
