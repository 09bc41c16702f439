"""What a password has to be."""

import pytest

from domain.errors import BadInput
from domain.passwords import clean_password

COMMON = frozenset({"correcthorsebattery"})


@pytest.mark.parametrize("password", ["twelve signs", "x" * 127 + "y", " leading and trailing ", "пароль из слов"])
def test_any_twelve_to_128_characters_are_a_password_as_they_are(password: str) -> None:
    assert clean_password(password, common=COMMON) == password


@pytest.mark.parametrize("password", ["", "eleven sign", "x" * 128 + "y"])
def test_a_password_has_12_to_128_characters(password: str) -> None:
    with pytest.raises(BadInput, match=r"A password has 12 to 128 characters\.") as refusal:
        clean_password(password, common=COMMON)

    assert refusal.value.path == ("password",)


@pytest.mark.parametrize("password", ["correcthorsebattery", "CorrectHorseBattery", "aaaaaaaaaaaa", "passwordpassword"])
def test_what_everybody_tries_first_is_no_password(password: str) -> None:
    with pytest.raises(BadInput, match="among the first that everybody tries"):
        clean_password(password, common=COMMON)
