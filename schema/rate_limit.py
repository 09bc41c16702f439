"""What an operation costs, and what its caller has left."""

from datetime import datetime

import strawberry

from domain.budgets import Standing


@strawberry.type(
    description="The budget of points of whoever asks: a bucket that operations are paid from, and that refills."
)
class RateLimit:
    """A standing as clients see it."""

    cost: int = strawberry.field(description="What this operation costs, in points; worked out before it runs.")
    limit: int = strawberry.field(description="How many points the bucket holds when it is full.")
    remaining: int = strawberry.field(
        description="How many points are left, this operation's taken off; other workers may have spent a few more."
    )
    restore_rate: int = strawberry.field(description="How many points flow back each second.")
    reset_at: datetime = strawberry.field(description="When the bucket is full again, if nothing more is spent.")

    @classmethod
    def of(cls, standing: Standing) -> "RateLimit":
        """Return the standing as clients see it."""
        return cls(
            cost=standing.cost,
            limit=standing.limit,
            remaining=standing.remaining,
            restore_rate=standing.restore_rate,
            reset_at=standing.reset_at,
        )
