"""How much a document and its variables may ask for, and how much an answer may complain: every figure in one place."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The figures; each is the largest number that passes.

    Counts are of the whole document with its fragments expanded as execution expands them, where it says "expanded".

    tokens, source_bytes, comments      of the source: UTF-8, comments not among the tokens
    operations, fragments, directives   written in the document
    directives_at_once                  at one operation, field or fragment
    variables                           declared by one operation
    name_length                         characters of a field, alias, variable, argument or operation
    selections                          fields, fragments and spreads, expanded
    same_name_pairs                     pairs of fields with one response name, expanded: validation compares each pair
    depth                               fields that lead to other fields inside each other; a leaf does not count
    aliases                             expanded
    root_fields, root_mutations         response names at the root of one operation
    schema_lists                        lists of the schema that introspection asks for, expanded
    schema_nesting                      those lists inside each other: types { fields } are two
    list_items                          of a list, in the document or a variable; in the document also of an object
    text_bytes                          of a string, in UTF-8, in the document or a variable
    nesting                             selection sets, lists, objects inside each other, as written, and in a variable
    cost                                points of one operation, judged before it runs
    default_page, assumed_list          what the cost takes for a page without first or last, for any other list
    errors, message_length              of an answer: entries, and characters of a message
    remembered, remembered_bytes        verdicts kept, and about how much memory they may hold
    """

    tokens: int = 1_000
    source_bytes: int = 16 * 1024
    comments: int = 64
    operations: int = 10
    fragments: int = 50
    directives: int = 30
    directives_at_once: int = 5
    variables: int = 50
    name_length: int = 256
    selections: int = 1_500
    same_name_pairs: int = 200
    depth: int = 14
    aliases: int = 30
    root_fields: int = 20
    root_mutations: int = 10
    schema_lists: int = 10
    schema_nesting: int = 2
    list_items: int = 100
    text_bytes: int = 10 * 1024
    nesting: int = 50
    cost: int = 1_000
    default_page: int = 25
    assumed_list: int = 5
    errors: int = 10
    message_length: int = 300
    remembered: int = 1_000
    remembered_bytes: int = 32 * 1024 * 1024
