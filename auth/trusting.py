"""Who may send what: documents of the manifest only, or any, by kind of principal."""

from dataclasses import dataclass, fields
from enum import Enum

from auth.viewer import Viewer
from models.audit import ActorKind


class Mode(Enum):
    """What becomes of a document that is not in the manifest: it runs, it runs and is logged, it is refused."""

    OPEN = "open"
    LOG = "log"
    ENFORCE = "enforce"


@dataclass(frozen=True, slots=True)
class Modes:
    """The mode of a person (somebody with a session), of an API key, and of a stranger."""

    person: Mode = Mode.OPEN
    key: Mode = Mode.OPEN
    stranger: Mode = Mode.OPEN

    @classmethod
    def read(cls, written: str) -> "Modes":
        """Return the modes of one word for all, or of a list such as `person=enforce,stranger=log`.

        Whoever is not in the list is open. Raises ValueError.
        """
        kinds, parts = [field.name for field in fields(cls)], [part.strip() for part in written.split(",")]
        try:
            if "=" not in written:
                return cls(**dict.fromkeys(kinds, Mode(written.strip())))
            given = [part.split("=") for part in parts]
            named = {kind.strip(): Mode(mode.strip()) for kind, mode in given}
        except ValueError:
            named = {}
        if not named or len(named) != len(parts) or not named.keys() <= set(kinds):
            raise ValueError(
                "must be open, log or enforce, or a list of them: person=enforce,key=open,stranger=enforce"
            )
        return cls(**named)

    def of(self, viewer: Viewer | None) -> Mode:
        """Return the mode for who asks."""
        if viewer is None:
            return self.stranger
        return self.key if viewer.kind is ActorKind.API_KEY else self.person

    @property
    def are_open(self) -> bool:
        """Whether nobody needs a manifest."""
        return {self.person, self.key, self.stranger} <= {Mode.OPEN, Mode.LOG}
