"""The settings that bound what a client may ask for: of a document, and of a request."""

from dataclasses import fields

from pydantic import Field
from pydantic_settings import BaseSettings

from execution.admission.limits import Limits
from web.limits import RequestLimits


class LimitSettings(BaseSettings):
    """How much a document may ask for: LIMIT_ and the names of execution/admission/limits.py, which explains them."""

    limit_tokens: int = Field(default=1_000, ge=1)
    limit_source_bytes: int = Field(default=16 * 1024, ge=1)
    limit_comments: int = Field(default=64, ge=0)
    limit_operations: int = Field(default=10, ge=1)
    limit_fragments: int = Field(default=50, ge=1)
    limit_directives: int = Field(default=30, ge=1)
    limit_directives_at_once: int = Field(default=5, ge=1)
    limit_variables: int = Field(default=50, ge=1)
    limit_name_length: int = Field(default=256, ge=1)
    limit_selections: int = Field(default=1_500, ge=1)
    limit_same_name_pairs: int = Field(default=200, ge=1)
    limit_depth: int = Field(default=14, ge=1)
    limit_aliases: int = Field(default=30, ge=1)
    limit_root_fields: int = Field(default=20, ge=1)
    limit_root_mutations: int = Field(default=10, ge=1)
    limit_schema_lists: int = Field(default=10, ge=0)
    limit_schema_nesting: int = Field(default=2, ge=0)
    limit_list_items: int = Field(default=100, ge=1)
    limit_text_bytes: int = Field(default=10 * 1024, ge=1)
    limit_nesting: int = Field(default=50, ge=1)
    limit_cost: int = Field(default=1_000, ge=1)
    limit_default_page: int = Field(default=25, ge=1)
    limit_assumed_list: int = Field(default=5, ge=1)
    limit_errors: int = Field(default=10, ge=2)
    limit_message_length: int = Field(default=300, ge=1)
    limit_remembered: int = Field(default=1_000, ge=0)
    limit_remembered_bytes: int = Field(default=32 * 1024 * 1024, ge=0)

    @property
    def document_limits(self) -> Limits:
        """All of them together."""
        return Limits(**{each.name: getattr(self, f"limit_{each.name}") for each in fields(Limits)})


class RequestSettings(BaseSettings):
    """What one request may be and take; web/limits.py explains each, and names the bounds without MAX_."""

    max_connections: int = Field(default=500, ge=1)
    max_head_bytes: int = Field(default=16 * 1024, ge=1024, le=64 * 1024)
    max_uri_bytes: int = Field(default=8 * 1024, ge=256, le=64 * 1024)
    head_seconds: float = Field(default=5, gt=0, le=60)
    idle_seconds: float = Field(default=75, gt=0, le=3600)
    max_in_flight: int = Field(default=128, ge=1)
    max_in_flight_each: int = Field(default=64, ge=1)
    max_body_bytes: int = Field(default=128 * 1024, ge=1024, le=16 * 1024 * 1024)
    body_seconds: float = Field(default=10, gt=0, le=60)
    max_json_depth: int = Field(default=32, ge=4, le=500)
    operation_seconds: float = Field(default=5, gt=0, le=60)
    max_answer_bytes: int = Field(default=2 * 1024 * 1024, ge=1024)

    @property
    def request_limits(self) -> RequestLimits:
        """All of them together."""
        names = {
            each.name: each.name if each.name.endswith("_seconds") else f"max_{each.name}"
            for each in fields(RequestLimits)
        }
        return RequestLimits(**{name: getattr(self, setting) for name, setting in names.items()})
