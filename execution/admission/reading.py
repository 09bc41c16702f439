"""From a source text to a syntax tree, with a hard stop at its size, its tokens and its comments."""

import re

from graphql import DocumentNode, GraphQLSyntaxError, Lexer, Source, Token, TokenKind
from graphql.language.parser import Parser, nested_too_deeply_error

from execution.admission.limits import Limits
from execution.admission.objections import PARSE_FAILED, Objection, Refused, beyond, cut
from execution.admission.texts import composed

_NAME = re.compile("[0-9A-Za-z_]*")


def read(source: str, limits: Limits) -> DocumentNode:
    """Return the document. Raises Refused where it is none, or too much to be read.

    The parser stops at its own limits while it reads, and nesting that would exhaust the stack is a syntax error; what
    is left of depth is for walking.
    """
    if len(source) > limits.source_bytes or len(source.encode(errors="replace")) > limits.source_bytes:
        raise beyond("source_bytes", limits.source_bytes, "bytes of document are read", code=PARSE_FAILED)
    text = Source(composed(source))
    parser = Parser(
        text,
        lexer=_Lexer(text),
        # A selection of nothing is in no edition of the specification yet.
        allow_empty_selection_sets=False,
        max_lexical_tokens=limits.tokens,
        max_comments=limits.comments,
    )
    try:
        return _document(parser)
    except GraphQLSyntaxError as error:
        raise Refused(*cut([Objection.of(error, PARSE_FAILED)], limits)) from None


def _document(parser: Parser) -> DocumentNode:
    try:
        return parser.parse_document()
    except RecursionError:
        raise nested_too_deeply_error(parser) from None


class _Lexer(Lexer):
    """graphql-core's, which looks at names letter by letter: half of the time that long ones take to be read."""

    def read_name(self, start: int) -> Token:
        """Read a name, which begins there."""
        found = _NAME.match(self.source.body, start)
        assert found is not None  # noqa: S101 # it matches nothing, too
        return self.create_token(TokenKind.NAME, start, found.end(), found[0])
