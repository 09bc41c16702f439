"""Verdicts that are kept, the one that was asked for longest ago forgotten first."""

from collections import OrderedDict

from execution.admission.verdicts import Verdict


class Remembered:
    """Keeps at most so many verdicts, and about so many bytes of them."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self._most, self._most_bytes, self.bytes = most, most_bytes, 0
        self._verdicts: OrderedDict[bytes, Verdict] = OrderedDict()

    def __len__(self) -> int:
        return len(self._verdicts)

    def recall(self, key: bytes) -> Verdict | None:
        """Return the verdict of a key, or None."""
        verdict = self._verdicts.get(key)
        if verdict is not None:
            self._verdicts.move_to_end(key)
        return verdict

    def keep(self, key: bytes, verdict: Verdict) -> None:
        """Keep a verdict that was not there; what is too much is forgotten, itself included."""
        self._verdicts[key] = verdict
        self.bytes += verdict.weight
        while len(self._verdicts) > self._most or self.bytes > self._most_bytes:
            _, forgotten = self._verdicts.popitem(last=False)
            self.bytes -= forgotten.weight
