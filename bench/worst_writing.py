"""The worst documents by what is written in them: values, texts, definitions; and what a worst document is."""

from collections.abc import Iterator
from dataclasses import dataclass

PARSE, INVALID, INPUT = "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"


@dataclass(frozen=True, slots=True)
class Worst:
    """One document, and what becomes of it: None where it may run, the limit that it is beyond, or the code."""

    family: str
    source: str
    expected: str | None


def in_account(selection: str, fragments: str = "") -> str:
    """Return a query that selects something of an account."""
    return f'{{ account(id: "x") {{ {selection} }} }} {fragments}'


def worst_writing() -> Iterator[Worst]:
    """Yield all of them."""
    yield from _values()
    yield from _texts()
    yield from _definitions()


def _values() -> Iterator[Worst]:
    yield Worst("lists in lists", "{ nodes(ids: " + "[" * 240 + "]" * 240 + ") { id } }", PARSE)
    yield Worst("lists in lists, 190 deep", "{ nodes(ids: " + "[" * 190 + "]" * 190 + ") { id } }", "nesting")
    yield Worst("lists in lists, 45 deep", "{ nodes(ids: " + "[" * 45 + "]" * 45 + ") { id } }", INVALID)
    yield Worst(
        "objects in objects", "{ quote(input: " + "{a: " * 190 + "1" + "}" * 190 + ") { plan { id } } }", "nesting"
    )
    yield Worst(
        "objects in objects, 45 deep", "{ quote(input: " + "{a: " * 45 + "1" + "}" * 45 + ") { plan { id } } }", INVALID
    )
    yield Worst("a list of 950", "{ nodes(ids: [" + "1 " * 950 + "]) { id } }", "list_items")
    yield Worst(
        "8 lists of 100", "{" + "".join(f"a{n}: nodes(ids: [{'1 ' * 100}]) {{ id }}" for n in range(8)) + "}", None
    )
    yield Worst(
        "8 lists of 100 mistakes",
        "{" + "".join(f"a{n}: nodes(ids: [{'{} ' * 50}]) {{ id }}" for n in range(8)) + "}",
        INVALID,
    )
    yield Worst(
        "an object of 300 fields", "{ quote(input: {" + "systems: 1 " * 300 + "}) { plan { id } } }", "list_items"
    )
    yield Worst(
        "an object of 300 unknown fields",
        "{ quote(input: {" + "".join(f"system{n}: 1 " for n in range(300)) + "}) { plan { id } } }",
        "list_items",
    )
    unknown = "".join(f"system{n}: 1 " for n in range(100))
    yield Worst("an object of 100 unknown fields", f"{{ quote(input: {{ {unknown} }}) {{ plan {{ id }} }} }}", INVALID)
    yield Worst("300 arguments", "{ account(" + 'id: "x" ' * 300 + ") { id } }", INVALID)
    yield Worst(
        "300 unknown arguments", "{ account(" + "".join(f'idd{n}: "x" ' for n in range(300)) + ") { id } }", INVALID
    )
    yield Worst(
        "a number of 16,000 digits", in_account(f"organizations(first: {'1' * 16_000}) {{ nodes {{ id }} }}"), INVALID
    )
    yield Worst(
        "a fraction of 16,000 digits",
        in_account(f"organizations(first: 0.{'1' * 16_000}) {{ nodes {{ id }} }}"),
        INVALID,
    )
    yield Worst("an exponent", in_account("organizations(first: 1e999999999) { nodes { id } }"), INVALID)
    yield Worst("a list of enums", "{ viewer { dashboards(kinds: [" + "RESELER " * 100 + "]) { id } } }", INVALID)
    yield Worst("types in types", f"query($a: {'[' * 190}Int{']' * 190}) {{ __typename }}", "nesting")
    yield Worst("types in types, 45 deep", f"query($a: {'[' * 45}Int{']' * 45}) {{ __typename }}", INVALID)


def _texts() -> Iterator[Worst]:
    text = "{{ account(id: {}) {{ id }} }}"
    yield Worst("a string of 16,000", text.format(f'"{"x" * 16_000}"'), INPUT)
    yield Worst("a string of 10,000", text.format(f'"{"x" * 10_000}"'), None)
    yield Worst("a string of escapes", text.format('"' + "\\u00e9" * 2_600 + '"'), None)
    yield Worst("a string that does not end", '{ account(id: "' + "x" * 16_000, PARSE)
    yield Worst("a block string of 16,000", text.format('"""' + "x" * 16_000 + '"""'), INPUT)
    yield Worst("a block string of lines", text.format('"""' + "  x\n" * 3_900 + '"""'), None)
    yield Worst("a block string of empty lines", text.format('"""' + "\n" * 10_000 + '"""'), None)
    yield Worst("a block string of quotes", text.format('"""' + '\\""" ' * 2_400 + '"""'), None)
    yield Worst("a block string of 10,000 quotes", text.format('"""' + '"" ' * 3_300 + '"""'), None)
    yield Worst("a block string that does not end", '{ account(id: """' + '\\"""' * 4_000, PARSE)
    yield Worst("900 short strings", "{ nodes(ids: [" + '"" ' * 99 + "]) { id } }", None)
    yield Worst("8,000 comments", "#\n" * 8_000 + "{ __typename }", PARSE)
    yield Worst("64 long comments", f"#{'x' * 250}\n" * 64 + "{ __typename }", None)
    yield Worst("16,000 commas", "{ __typename " + "," * 16_000 + "}", None)
    yield Worst("17,000 spaces", "{ __typename " + " " * 17_000 + "}", "source_bytes")
    yield Worst("8,000 braces", "{" * 8_000, PARSE)
    yield Worst("8,000 tokens", "{" + " a" * 8_000 + "}", PARSE)
    yield Worst("a name of 16,000", "{" + "a" * 16_000 + "}", "name_length")
    yield Worst("a NUL", text.format('"\\u0000"'), INPUT)
    yield Worst("direction of writing", text.format('"\u202e"'), INPUT)
    yield Worst("half a character", text.format('"\\ud800"'), PARSE)


def _definitions() -> Iterator[Worst]:
    yield Worst("240 operations", "".join(f"query A{n} {{ __typename }} " for n in range(190)), "operations")
    usual = (
        "".join(f"fragment F{n} on Account {{ name ...F{n + 1} }} " for n in range(15))
        + "fragment F15 on Account { name }"
    )
    ten = "".join(
        f"query A{n}($id: ID) {{ account(id: $id) {{ subscription {{ account {{ ...F0 }} }} }} }} " for n in range(10)
    )
    yield Worst("10 operations of 16 fragments", ten + usual, "same_name_pairs")
    quiet = (
        "".join(f"fragment F{n} on Account {{ ...F{n + 1} }} " for n in range(45)) + "fragment F45 on Account { name }"
    )
    yield Worst("10 operations of 46 fragments", ten + quiet, None)
    uses = " ".join(f"a{n}: nodes(ids: [{'$b ' * 99}]) {{ id }}" for n in range(3))
    asking = "".join(f"query A{n}($b: ID = 1) {{ ...F }} " for n in range(10))
    yield Worst("10 operations that use a variable 297 times", f"{asking} fragment F on Query {{ {uses} }}", None)
    yield Worst("operations of one name", "query A { __typename } " * 10, INVALID)
    yield Worst("10 operations without a name", "{ __typename } " * 10, INVALID)
    yield Worst(
        "240 variables", "query(" + "".join(f"$a{n}: ID " for n in range(240)) + ") { __typename }", "variables"
    )
    fifty = "".join(f"$a{n}: ID = 1 " for n in range(50))
    yield Worst("50 unused variables", f"query({fifty}) {{ __typename }}", INVALID)
    used = " ".join(f"$a{n}" for n in range(50))
    yield Worst("50 variables", f"query({fifty}) {{ nodes(ids: [{used}]) {{ id }} }}", None)
    yield Worst("50 variables of unknown types", f"query({fifty.replace('ID', 'IDD')}) {{ __typename }}", INVALID)
    yield Worst("undefined variables", "{ nodes(ids: [" + "$a " * 100 + "]) { id } }", INVALID)
    yield Worst("490 directives at one field", "{ __typename" + " @a" * 490 + "}", "directives_at_once")
    yield Worst("150 directives", "{" + " ... @a { id }" * 150 + "}", "directives")
    yield Worst("30 unknown directives", "{" + (" __typename" + " @skips" * 5) * 6 + "}", INVALID)
    yield Worst("30 directives of one name", "{" + (" __typename" + " @skip(if: false)" * 5) * 6 + "}", INVALID)
    yield Worst("types", "".join(f"type A{n} {{ a: Int }} " for n in range(140)), "OPERATION_RESOLUTION_FAILURE")
    yield Worst(
        "types beside an operation",
        "{ __typename } " + "".join(f"type A{n} {{ a: Int }} " for n in range(140)),
        INVALID,
    )
