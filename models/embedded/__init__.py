from models.embedded.database import EmbeddedDatabase, embedded_database
from models.embedded.errors import EmbeddedDatabaseError

__all__ = ["EmbeddedDatabase", "EmbeddedDatabaseError", "embedded_database"]
