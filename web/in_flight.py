"""How many requests are worked on at once, in this worker and of each principal; what is too much is refused.

A slot is taken when the request is there as a whole, just before anybody asks the database who sent it: a slow client
holds none. It is given back with the answer, or when a mutation that outlives its client is done.
"""

from collections import Counter

from web.refusals import Refused


class InFlight:
    """The worker's slots."""

    def __init__(self, most: int, most_each: int) -> None:
        self._most, self._most_each = most, most_each
        self.taken = 0
        self._by_principal: Counter[str] = Counter()

    def require_room(self) -> None:
        """Raise Refused where no slot is free."""
        if self.taken >= self._most:
            raise Refused(503, "The server is busy; try again.", "SERVICE_UNAVAILABLE", retry_after="1")

    def take(self) -> "Slot":
        """Take a slot. Raises Refused where none is free."""
        self.require_room()
        self.taken += 1
        return Slot(self)

    def _count(self, principal: str) -> None:
        if self._by_principal[principal] >= self._most_each:
            raise Refused(
                429, "Too many of your requests are under way; wait for one.", "TOO_MANY_REQUESTS", retry_after="1"
            )
        self._by_principal[principal] += 1

    def _leave(self, principal: str | None) -> None:
        self.taken -= 1
        if principal is not None:
            self._by_principal[principal] -= 1
            if not self._by_principal[principal]:
                del self._by_principal[principal]


class Slot:
    """One request's."""

    __slots__ = ("_all", "_principal")

    def __init__(self, all_of_them: InFlight) -> None:
        self._all = all_of_them
        self._principal: str | None = None

    def belongs_to(self, principal: str) -> None:
        """Count it as this principal's. Raises Refused where that has too many."""
        self._all._count(principal)
        self._principal = principal

    def leave(self) -> None:
        """Give it back."""
        self._all._leave(self._principal)
