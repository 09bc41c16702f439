"""How alembic reaches the database: on the connection that it is given, as the owner of the tables.

Without a connection it writes the statements down, for the check of what they would lock.
"""

from alembic import context

from models import Base
from models.base import TextEnum


def written(kind: str, item: object, _: object) -> str | bool:
    """Write an enum's column as what it is in the database; False leaves the rest to alembic."""
    return "sa.Text()" if kind == "type" and isinstance(item, TextEnum) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    dialect_name=None if connection else "postgresql",
    literal_binds=connection is None,
    target_metadata=Base.metadata,
    render_item=written,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
