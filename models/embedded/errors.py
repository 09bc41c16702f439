"""What can go wrong with the embedded database, as one kind of error."""


class EmbeddedDatabaseError(Exception):
    """One clear sentence for the person who starts the application; no traceback is needed to act on it."""
