"""The worst documents that somebody might send, by family: each as large as the limits let it be, or larger.

They are written for the schema of this project. A family's name says what it abuses.
"""

from collections.abc import Iterator

from graphql import get_introspection_query

from bench.worst_writing import INVALID, PARSE, Worst, in_account, worst_writing

# As deep as fields go in circles here.
ROUND = ("subscription", "account")
COST = "MAX_COST_EXCEEDED"


def worst_documents() -> Iterator[Worst]:
    """Yield all of them."""
    yield from _fields()
    yield from _fragments()
    yield from worst_writing()
    yield from _introspection()


def circle(depth: int, innermost: str) -> str:
    """Return fields that lead from an account to itself and on, so many inside each other."""
    opened = " ".join(f"{ROUND[number % 2]} {{" for number in range(depth))
    return f"{opened} {innermost} {'} ' * depth}"


def _fields() -> Iterator[Worst]:
    yield Worst("one field 990 times", "{" + " __typename" * 990 + "}", "same_name_pairs")
    yield Worst("one field 20 times", in_account("name " * 20), None)
    yield Worst("250 aliases", "{" + "".join(f" a{n}: viewer {{ id }}" for n in range(160)) + "}", "aliases")
    yield Worst(
        "30 aliases of pages",
        in_account(" ".join(f"a{n}: organizations {{ nodes {{ id }} }}" for n in range(30))),
        None,
    )
    yield Worst("21 fields at the root", "{" + "".join(f" a{n}: __typename" for n in range(21)) + "}", "root_fields")
    yield Worst(
        "11 mutations",
        "mutation {" + "".join(f" a{n}: signOut {{ __typename }}" for n in range(11)) + "}",
        "root_mutations",
    )
    yield Worst("fields in a circle, 240 deep", in_account(circle(240, "id")), PARSE)
    yield Worst("fields in a circle, 190 deep", in_account(circle(190, "id")), "nesting")
    yield Worst("fields in a circle, 40 deep", in_account(circle(40, "id")), "depth")
    yield Worst("fields in a circle, 13 deep", in_account(circle(13, "__typename")), None)
    yield Worst("pages in pages", _pages(3), COST)
    nested = circle(12, "id")
    yield Worst("4 equal deep fields", in_account(nested * 4), None)
    yield Worst("17 equal deep fields", in_account(nested * 17), "same_name_pairs")
    yield Worst("unknown fields", in_account("".join(f" subscriptio{n}" for n in range(700))), INVALID)
    yield Worst(
        "unknown fields below 64 arguments",
        "{ account(" + 'id: "x" ' * 64 + ") {" + "".join(f" subscriptio{n}" for n in range(700)) + " } }",
        INVALID,
    )
    yield Worst(
        "unknown fields with long names",
        in_account("".join(f" dashboardUrl{'x' * 240}{n}" for n in range(60))),
        INVALID,
    )
    yield Worst(
        "unknown fields, deep", "{" + "".join(f" a{n} {{" for n in range(13)) + " b" * 600 + "}" * 14, "same_name_pairs"
    )
    yield Worst("inline fragments in each other", in_account("... { " * 190 + "name" + " }" * 190), "nesting")
    yield Worst("inline fragments, 40 deep", in_account("... { " * 40 + "name" + " }" * 40), None)
    yield Worst("300 inline fragments", in_account("... on Account { id } " * 150), "same_name_pairs")
    yield Worst(
        "inline fragments of unknown types",
        in_account("".join(f"... on Accounts{n} {{ a{n} }} " for n in range(130))),
        INVALID,
    )
    yield Worst(
        "inline fragments of unknown types with long names",
        in_account("".join(f"... on UpdateSubscriptionAccountPay{n} {{ a{n} }} " for n in range(130))),
        INVALID,
    )
    yield Worst(
        "unknown mutations",
        "mutation {" + "".join(f" createSubscription{n}(input: {{ a: 1 }}) {{ a }}" for n in range(10)) + "}",
        INVALID,
    )
    kinds = ("Account", "Organization", "Subscription", "Plan", "Reseller", "User")
    found = "".join(f"... on {kind} {{ a{number}: id id __typename }} " for number, kind in enumerate(kinds * 4))
    yield Worst("fields of many types", f'{{ node(id: "x") {{ {found} }} }}', "same_name_pairs")
    few = "".join(f"... on {kind} {{ {circle(8, 'id') if kind == 'Account' else 'id'} }} " for kind in kinds)
    yield Worst("types of a node", f'{{ nodes(ids: ["x"]) {{ {few * 3} }} }}', None)
    yield Worst(
        "conditions",
        "query($a: Boolean!) " + in_account("".join(f"a{n}: subscription @skip(if: $a) {{ id }} " for n in range(30))),
        None,
    )


def _pages(depth: int) -> str:
    inner = "id"
    for _ in range(depth):
        inner = f"organizations(first: 100) {{ nodes {{ account {{ {inner} }} }} }}"
    return in_account(inner)


def _fragments() -> Iterator[Worst]:
    chain = "".join(f"fragment F{n} on Account {{ name ...F{n + 1} }} " for n in range(49))
    yield Worst(
        "50 fragments in a row", in_account("...F0", f"{chain} fragment F49 on Account {{ name }}"), "same_name_pairs"
    )
    quiet = "".join(f"fragment F{n} on Account {{ ...F{n + 1} }} " for n in range(49))
    yield Worst("50 fragments of fragments", in_account("...F0", f"{quiet} fragment F49 on Account {{ name }}"), None)
    both = "a: subscription {{ account {{ ...F{0} }} }} b: subscription {{ account {{ ...F{0} }} }}"
    doubling = "".join(f"fragment F{n} on Account {{ {both.format(n + 1)} }} " for n in range(30))
    yield Worst("fragments that double", in_account("...F0", f"{doubling} fragment F30 on Account {{ name }}"), "depth")
    wide = "".join(
        f"fragment F{n} on Account {{ {'a: subscription { plan { id } } ' if n == 5 else both.format(n + 1)} }} "
        for n in range(6)
    )
    yield Worst("fragments that double, 6 deep", in_account("...F0", wide), "aliases")
    same = "subscription {{ account {{ ...F{0} }} }} " * 2
    twice = "".join(f"fragment F{n} on Account {{ {same.format(n + 1)} }} " for n in range(6))
    yield Worst("fields that double", in_account("...F0", f"{twice} fragment F6 on Account {{ name }}"), None)
    spread = "".join(f"fragment F{n} on Account {{ {f'...F{n + 1} ' * 8} }} " for n in range(40))
    yield Worst(
        "fragments spread again and again", in_account("...F0", f"{spread} fragment F40 on Account {{ name }}"), None
    )
    everyone = "".join(f"...F{n} " for n in range(20))
    yield Worst(
        "every fragment in every other",
        in_account("...F0", "".join(f"fragment F{n} on Account {{ {everyone} }} " for n in range(20))),
        INVALID,
    )
    below = [f"fragment F{n} on Account {{ {''.join(f'...F{m} ' for m in range(n + 1, 28))} }} " for n in range(27)]
    yield Worst(
        "every fragment in those above", in_account("...F0", "".join(below) + "fragment F27 on Account { name }"), None
    )
    yield Worst("a fragment in itself", in_account("...F", "fragment F on Account { ...F }"), INVALID)
    yield Worst(
        "a fragment below itself",
        in_account("...F", "fragment F on Account { subscription { account { ...F } } }"),
        "depth",
    )
    ring = "".join(
        f"fragment F{n} on Account {{ subscription {{ account {{ ...F{(n + 1) % 40} }} }} }} " for n in range(40)
    )
    yield Worst("40 fragments in a ring", in_account("...F0", ring), "depth")
    yield Worst("40 fragments in a ring that nobody uses", "{ __typename } " + ring, "depth")
    yield Worst(
        "50 unused fragments",
        "{ __typename } " + "".join(f"fragment F{n} on Account {{ name id status }} " for n in range(50)),
        INVALID,
    )
    yield Worst(
        "120 unused fragments",
        "{ __typename } " + "".join(f"fragment F{n} on Account {{ id }} " for n in range(120)),
        "fragments",
    )
    yield Worst("undefined fragments", in_account("".join(f"...F{n} " for n in range(480))), INVALID)
    overlapping = "".join(f"fragment F{n} on Account {{ id name }} " for n in range(14))
    yield Worst("overlapping fragments", in_account("".join(f"...F{n} " for n in range(14)), overlapping), None)
    distinct = (
        "name",
        "subdomain",
        "status",
        "supportType",
        "createdAt",
        "updatedAt",
        "trialEndsOn",
        "dashboardUrl",
        "id",
        "statusEndsOn",
    )
    pairs = "".join(
        f"fragment F{n} on Account {{ {distinct[n % 10]} {distinct[(n * 3 + 1) % 10]} }} " for n in range(30)
    )
    inside = "".join(f"...F{n} " for n in range(30))
    yield Worst("many fragments of few fields", in_account(inside, pairs), None)
    yield Worst("conditions that double", _under_conditions(15), None)
    yield Worst(
        "a fragment spread on every type",
        f'{{ node(id: "x") {{ {"...F " * 480} }} }} fragment F on Node {{ id }}',
        None,
    )
    within = circle(2, inside)
    yield Worst("many fragments, twice", in_account(f"{inside} {within}", pairs), "same_name_pairs")


def _under_conditions(depth: int) -> str:
    """Return fragments that each spread the next one under one condition and under another."""
    variables = " ".join(f"$v{n}: Boolean = false" for n in range(2 * depth))
    spreads = "...F{0} @skip(if: $v{1}) ...F{0} @skip(if: $v{2})"
    rows = "".join(f"fragment F{n} on Account {{ {spreads.format(n + 1, 2 * n, 2 * n + 1)} }} " for n in range(depth))
    return f"query({variables}) " + in_account("...F0", f"{rows} fragment F{depth} on Account {{ name }}")


def _introspection() -> Iterator[Worst]:
    yield Worst("the introspection query", get_introspection_query(), None)
    ring = "fields { type { " * 20 + "name" + " } }" * 20
    yield Worst("introspection in a circle", f"{{ __schema {{ types {{ {ring} }} }} }}", "schema_nesting")
    yield Worst(
        "introspection from a type",
        '{ __type(name: "Account") { ' + "fields { type { " * 3 + "name" + " } }" * 3 + " } }",
        "schema_nesting",
    )
    yield Worst(
        "introspection through fragments",
        "{ __schema { types { ...T } } } fragment T on __Type { interfaces { ...T } }",
        "schema_nesting",
    )
    yield Worst(
        "the schema 20 times",
        "{" + "".join(f" a{n}: __schema {{ types {{ name }} }}" for n in range(20)) + "}",
        "schema_lists",
    )
    yield Worst(
        "5 schemas in full",
        "{" + "".join(f" a{n}: __schema {{ types {{ fields {{ name args {{ name }} }} }} }}" for n in range(5)) + "}",
        None,
    )
