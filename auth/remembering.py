"""Viewers that were made before: whoever comes again with the same rights is the same viewer.

Rights are read anew at every request, and compared with those of the time before. Where a row differs, the viewer is
made anew; otherwise what was worked out for them stays worked out: their seats by dashboard, their scope.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from auth.viewer import Viewer

# Rows that a worker remembers, of the viewers seen last, and of one at most; 1 kB each with what is made of it.
ROWS, ROWS_OF_ONE = 10_000, 1_000


class Remembered:
    """A worker's memory of viewers, each with the rows that it was made of."""

    def __init__(self) -> None:
        self._known: OrderedDict[UUID, tuple[Sequence[Any], Viewer]] = OrderedDict()
        self._rows = 0

    def viewer_of(self, rows: Sequence[Any]) -> Viewer:
        """Return the viewer of the rows of models.sessions."""
        user_id: UUID = rows[0].user_id
        known = self._known.get(user_id)
        if known is not None and known[0] == rows:
            self._known.move_to_end(user_id)
            return known[1]
        viewer = Viewer.of(rows)
        self._rows -= len(self._known.pop(user_id)[0]) if known else 0
        if len(rows) <= ROWS_OF_ONE:
            self._keep(user_id, rows, viewer)
        return viewer

    def _keep(self, user_id: UUID, rows: Sequence[Any], viewer: Viewer) -> None:
        self._known[user_id] = (rows, viewer)
        self._rows += len(rows)
        while self._rows > ROWS:
            _, (forgotten, _) = self._known.popitem(last=False)
            self._rows -= len(forgotten)
