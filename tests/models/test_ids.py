"""Ids as clients know them."""

from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.errors import NotFound
from models import ids

PREFIXES = sorted(ids.NOUNS)
KEY = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
TEXT = "acct_01h455vb4pex5vsknk084sn02q"


def test_an_id_is_written_as_a_typeid() -> None:
    assert ids.encode("acct", KEY) == TEXT
    assert ids.read(TEXT, "acct") == KEY
    assert ids.encode_all("acct", [KEY, KEY]) == [TEXT, TEXT]


@given(prefix=st.sampled_from(PREFIXES), key=st.uuids())
@example(prefix="org", key=UUID(int=0))
@example(prefix="org", key=UUID(int=2**128 - 1))
def test_every_key_comes_back_from_its_id(prefix: str, key: UUID) -> None:
    text = ids.encode(prefix, key)

    assert ids.parse(text) == (prefix, key)
    assert ids.decode(text, prefix) == key


@pytest.mark.parametrize(
    "text",
    [
        TEXT.upper(),
        "Acct_01h455vb4pex5vsknk084sn02q",
        "acct_01h455vb4pex5vsknk084sn02Q",
        "acct_8zzzzzzzzzzzzzzzzzzzzzzzzz",  # one more than 128 bits hold
        "acct_zzzzzzzzzzzzzzzzzzzzzzzzzz",
        "acct_\u0660\u06611h455vb4pex5vsknk084sn0",
        "acct_0\u0661h455vb4pex5vsknk084sn02q",
        "acct_01h455vb4pex5vsknk084sn02u",  # no digit of this base
        "acct_01h455vb4pex5vsknk084sn0il",
        "acct_01h455vb4pex5vsknk084sn02",
        "acct_01h455vb4pex5vsknk084sn02qq",
        "acct01h455vb4pex5vsknk084sn02q",
        "acct-01h455vb4pex5vsknk084sn02q",
        "acct__01h455vb4pex5vsknk084sn02q",
        "_01h455vb4pex5vsknk084sn02q",
        " acct_01h455vb4pex5vsknk084sn02q",
        "acct_01h455vb4pex5vsknk084sn02q\n",
        "acct_01h455vb4pex5vsknk084sn02q\0",
        "acct_" + "\ud800" * 26,
        "acct_01890a5d-ac96-774b-bcce-b302099a8057",
        "01890a5d-ac96-774b-bcce-b302099a8057",
        "acct_",
        "_",
        "",
        "\0",
        "a" * 65,
        "a" * 1_000_000,
        "a" * 64 + "_01h455vb4pex5vsknk084sn02q",
    ],
)
def test_what_we_would_not_write_so_is_no_id(text: str) -> None:
    assert ids.parse(text) is None
    assert ids.read(text, "acct") is None


@pytest.mark.parametrize("prefix", [prefix for prefix in PREFIXES if prefix != "acct"])
def test_an_id_of_another_kind_is_none(prefix: str) -> None:
    assert ids.read(TEXT, prefix) is None


@pytest.mark.parametrize(
    ("text", "prefix", "message"),
    [
        (TEXT, "org", "There is no such organization, or you may not see it."),
        ("acct_", "acct", "There is no such account, or you may not see it."),
        (TEXT.upper(), "sub", "There is no such subscription, or you may not see it."),
    ],
)
def test_an_id_that_cannot_be_read_is_not_found_at_its_field(text: str, prefix: str, message: str) -> None:
    with pytest.raises(NotFound) as refused:
        ids.decode(text, prefix, "account_id")

    assert (refused.value.message, refused.value.path) == (message, ("account_id",))


@given(text=st.text(max_size=70) | st.from_regex(r"\A[a-zA-Z_]{0,8}_[0-9a-zA-Z]{24,28}\Z"))
def test_any_text_is_an_id_to_the_letter_or_none(text: str) -> None:
    parsed = ids.parse(text)

    assert parsed is None or ids.encode(*parsed) == text


@given(key=st.uuids(), other=st.uuids())
def test_ids_sort_as_their_keys_do(key: UUID, other: UUID) -> None:
    assert (ids.encode("acct", key) < ids.encode("acct", other)) == (key < other)
