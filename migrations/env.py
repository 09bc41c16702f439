"""How alembic reaches the database: on the connection that it is given, as the owner of the tables.

Without a connection it writes the statements down, for the check of what they would lock.
"""

from alembic import context

from models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    dialect_name=None if connection else "postgresql",
    literal_binds=connection is None,
    target_metadata=Base.metadata,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
