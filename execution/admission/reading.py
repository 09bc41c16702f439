"""From a source text to a syntax tree, with a hard stop at its size, its tokens and its comments."""

from graphql import DocumentNode, GraphQLSyntaxError, parse

from execution.admission.limits import Limits
from execution.admission.objections import PARSE_FAILED, Objection, Refused, beyond, cut
from execution.admission.texts import composed


def read(source: str, limits: Limits) -> DocumentNode:
    """Return the document. Raises Refused where it is none, or too much to be read.

    The parser stops at its own limits while it reads, and turns nesting that would exhaust the stack into a syntax
    error; what is left of depth is for walking.
    """
    if len(source) > limits.source_bytes or len(source.encode(errors="replace")) > limits.source_bytes:
        raise beyond("source_bytes", limits.source_bytes, "bytes of document are read", code=PARSE_FAILED)
    try:
        return parse(
            composed(source),
            # A selection of nothing is in no edition of the specification yet.
            allow_empty_selection_sets=False,
            max_lexical_tokens=limits.tokens,
            max_comments=limits.comments,
        )
    except GraphQLSyntaxError as error:
        raise Refused(*cut([Objection.of(error, PARSE_FAILED)], limits)) from None
