"""The terms that a reseller's users agree to: published versions, and who accepted which."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.prepared import prepared


class TermsVersion(Base):
    """A version as it was published; the latest one is current and asks every user again."""

    __tablename__ = "terms_versions"

    version: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str]
    published_at: Mapped[datetime]


class TermsAcceptance(Base):
    """That a user accepted a version for a reseller: when, and from which address."""

    __tablename__ = "terms_acceptances"

    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    reseller_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    accepted_at: Mapped[datetime]
    address: Mapped[str | None]


@prepared
def current_terms() -> sa.Select[*tuple[object, ...]]:
    """Select the version and body of the latest published terms; no row where none were published."""
    return sa.select(TermsVersion.version, TermsVersion.body).order_by(TermsVersion.published_at.desc()).limit(1)


def acceptance_of(user_id: UUID, reseller_id: UUID, version: str) -> sa.Select[TermsAcceptance]:
    """Select that a user has accepted this version for a reseller."""
    return sa.select(TermsAcceptance).where(
        TermsAcceptance.user_id == user_id,
        TermsAcceptance.reseller_id == reseller_id,
        TermsAcceptance.version == version,
    )


@prepared
def acceptances_of(user_id: UUID, version: str) -> sa.Select[*tuple[object, ...]]:
    """Select for which resellers, and when, the user accepted this version."""
    return sa.select(TermsAcceptance.reseller_id, TermsAcceptance.accepted_at).where(
        TermsAcceptance.user_id == user_id, TermsAcceptance.version == version
    )
