"""Viewers that were made before: whoever comes again with the same rights is the same viewer.

Rights are read anew at every request, and compared with those of the time before. Where anything differs, the viewer is
made anew; otherwise what was worked out for them stays worked out: their seats by dashboard, their scope.
"""

from collections import OrderedDict
from typing import Any
from uuid import UUID

from auth.viewer import Viewer

# What a worker remembers of the viewers seen last, and of one at most: 1 kB each, for a viewer and for each seat.
KILOBYTES, KILOBYTES_OF_ONE = 10_000, 1_000


class Remembered:
    """A worker's memory of viewers, each with the row that it was made of."""

    def __init__(self) -> None:
        self._known: OrderedDict[UUID, tuple[Any, Viewer]] = OrderedDict()
        self._kilobytes = 0

    def viewer_of(self, row: Any) -> Viewer:  # noqa: ANN401 # a row of models.sessions
        """Return the viewer of a row."""
        user_id: UUID = row.user_id
        known = self._known.get(user_id)
        if known is not None and known[0] == row:
            self._known.move_to_end(user_id)
            return known[1]
        viewer = Viewer.of(row)
        if known is not None:
            self._kilobytes -= _kilobytes(self._known.pop(user_id)[1])
        if _kilobytes(viewer) <= KILOBYTES_OF_ONE:
            self._keep(user_id, row, viewer)
        return viewer

    def _keep(self, user_id: UUID, row: Any, viewer: Viewer) -> None:  # noqa: ANN401
        self._known[user_id] = (row, viewer)
        self._kilobytes += _kilobytes(viewer)
        while self._kilobytes > KILOBYTES:
            _, (_, forgotten) = self._known.popitem(last=False)
            self._kilobytes -= _kilobytes(forgotten)


# The worker's. Somebody asks by their session, and through the keys that they have made.
KNOWN = Remembered()


def _kilobytes(viewer: Viewer) -> int:
    return 1 + len(viewer.seats)
