"""Which media type an answer has: the one of two that the request accepts more, by RFC 9110's weights.

Where both are as welcome, the newer one goes to whoever names it, and application/json to everybody else.
"""

import re
from functools import lru_cache

from web.refusals import JSON, Refused

GRAPHQL_RESPONSE = "application/graphql-response+json"
OFFERED = (GRAPHQL_RESPONSE, JSON)
UNACCEPTABLE = f"Accept {GRAPHQL_RESPONSE} or {JSON}."
# Longer ones are read, but not remembered: memory is nobody's to fill.
LONGEST_REMEMBERED = 200
_WEIGHT = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII)


def negotiated(accept: str | None) -> str:
    """Return the answer's media type. Raises Refused where neither is accepted."""
    if accept is None or accept in OFFERED:
        return accept or JSON
    chosen = _remembered(accept) if len(accept) <= LONGEST_REMEMBERED else _chosen(accept)
    if chosen is None:
        raise Refused(406, UNACCEPTABLE)
    return chosen


def is_named(accept: str | None) -> bool:
    """Tell whether the request names one of the two media types: links, images and forms say */* or nothing."""
    return any(each.partition(";")[0].strip().lower() in OFFERED for each in (accept or "").split(","))


def _chosen(accept: str) -> str | None:
    ranges = dict(filter(None, map(_range, accept.split(","))))
    weighed = [(*_weight(ranges, offered), offered) for offered in OFFERED]
    weight, is_named, best = max(weighed, key=lambda each: (each[0], each[1], each[2] == JSON and not each[1]))
    if weight == 0:
        return None
    # Named in one breath, the newer one is meant.
    return GRAPHQL_RESPONSE if is_named and weighed[0][:2] == (weight, True) else best


_remembered = lru_cache(maxsize=256)(_chosen)


def _weight(ranges: dict[str, float], offered: str) -> tuple[float, bool]:
    if offered in ranges:
        return ranges[offered], True
    return ranges.get("application/*", ranges.get("*/*", 0.0)), False


def _range(written: str) -> tuple[str, float] | None:
    media_range, *parameters = (part.strip().lower() for part in written.split(";"))
    weight = "1"
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            weight = value.strip()
        elif name.strip() == "charset" and value.strip().strip('"') != "utf-8":
            return None
    return (media_range, float(weight)) if media_range and _WEIGHT.fullmatch(weight) else None
