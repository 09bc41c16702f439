"""The cost of an operation as a small tree: compiled once, evaluated with each request's variables.

What does not depend on a variable is one number; only pages, lists of ids and conditions are left in the tree.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Variables = Mapping[str, Any]


class Cost(ABC):
    """Points, given the coerced variables."""

    __slots__ = ()

    @abstractmethod
    def points(self, variables: Variables) -> int:
        """Return the points. Takes time linear in the tree."""


@dataclass(frozen=True, slots=True)
class Fixed(Cost):
    """The same whatever the variables say."""

    number: int

    def points(self, variables: Variables) -> int:  # noqa: ARG002 # Cost's signature
        """Return the number."""
        return self.number


@dataclass(frozen=True, slots=True)
class Sum(Cost):
    """A number, and what depends on variables."""

    number: int
    parts: tuple[Cost, ...]

    def points(self, variables: Variables) -> int:
        """Return everything together."""
        total = self.number
        for part in self.parts:
            total += part.points(variables)
        return total


@dataclass(frozen=True, slots=True)
class Most(Cost):
    """The most expensive of several possibilities."""

    parts: tuple[Cost, ...]

    def points(self, variables: Variables) -> int:
        """Return the largest."""
        return max(part.points(variables) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Times(Cost):
    """Something for each row of a page or item of a list, as many as an argument says."""

    count: "Count"
    each: Cost

    def points(self, variables: Variables) -> int:
        """Return the number of rows times what each costs."""
        return self.count.number(variables) * self.each.points(variables)


@dataclass(frozen=True, slots=True)
class Where(Cost):
    """Something that is skipped unless one of several combinations of @skip and @include lets it in."""

    conditions: "tuple[Conditions, ...]"
    inner: Cost

    def points(self, variables: Variables) -> int:
        """Return what it costs, or 0."""
        if any(all(variables.get(name) is wanted for name, wanted in each) for each in self.conditions):
            return self.inner.points(variables)
        return 0


# Variables of @skip and @include, and the values that let a selection in; all of them must hold.
Conditions = frozenset[tuple[str, bool]]
ALWAYS: Conditions = frozenset()


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows: the largest of the arguments that are given, or the assumed number where none is.

    `given` are numbers that the document says, `names` variables that hold a number, or a list that is counted.
    """

    given: tuple[int, ...]
    names: tuple[str, ...]
    assumed: int

    def number(self, variables: Variables) -> int:
        """Return how many. A negative number counts as none."""
        counts = [*self.given, *(_counted(variables[name]) for name in self.names if variables.get(name) is not None)]
        return max(0, *counts) if counts else self.assumed


def _counted(value: Any) -> int:  # noqa: ANN401 # a coerced variable
    return value if isinstance(value, int) else len(value)


def total(parts: Iterable[Cost], number: int = 0) -> Cost:
    """Return the sum, as a number where it is one."""
    open_parts: list[Cost] = []
    for part in parts:
        match part:
            case Fixed(fixed):
                number += fixed
            case Sum(fixed, inner):
                number += fixed
                open_parts += inner
            case _:
                open_parts.append(part)
    return Sum(number, tuple(open_parts)) if open_parts else Fixed(number)


def times(count: Count, each: Cost) -> Cost:
    """Return the product, as a number where it is one."""
    if isinstance(each, Fixed) and (not count.names or each.number == 0):
        return Fixed(count.number({}) * each.number)
    return Times(count, each)


def most(parts: Sequence[Cost]) -> Cost:
    """Return the largest, as a number where it is one."""
    fixed = [part.number for part in parts if isinstance(part, Fixed)]
    others = list(dict.fromkeys(part for part in parts if not isinstance(part, Fixed)))
    if not others:
        return Fixed(max(fixed, default=0))
    if len(others) == 1 and not fixed:
        return others[0]
    return Most((*others, Fixed(max(fixed, default=0))))


def where(conditions: Sequence[Conditions], inner: Cost) -> Cost:
    """Return what is let in by any of the combinations of conditions; the empty one always lets in."""
    if any(not each for each in conditions) or inner == Fixed(0):
        return inner
    return Where(tuple(conditions), inner)
