"""The second factor: codes of an authenticator, each once; recovery codes, each once."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from auth.codes import matching_step
from auth.two_factor import qr_svg
from models import RecoveryCode, TwoFactor
from tests.credentials import (
    ANOTHER,
    HERE,
    PASSWORD,
    STEP,
    Authenticator,
    client_at,
    code_of_sign_in,
    enrol,
    is_signed_in,
    sign_in,
    signed_in,
    start,
)
from tests.peeking import peek
from tests.world import SEALER, Clock, World

# RFC 6238, appendix B, SHA-1: the last six digits of the eight.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_CODES = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]


@pytest.mark.parametrize(("seconds", "code"), RFC_CODES)
def test_the_codes_are_those_of_the_standard(clock: Clock, seconds: int, code: str) -> None:
    at = clock().fromtimestamp(seconds, clock().tzinfo)

    assert matching_step(RFC_SECRET, code, at) == seconds // 30


@pytest.mark.parametrize(("steps", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_a_code_is_good_one_step_early_or_late(world: World, clock: Clock, steps: int, is_good: bool) -> None:  # noqa: FBT001 # a column of the table
    authenticator = await enrol(await signed_in(world), clock)
    clock.at += 10 * STEP

    code = authenticator.code(clock() + steps * STEP)

    assert await code_of_sign_in(client_at(world.app), code=code) == (None if is_good else "INVALID_CREDENTIALS")


async def test_the_page_gets_what_the_authenticator_scans(world: World) -> None:
    payload = await start(await signed_in(world))

    secret = payload["secret"]
    assert payload["otpauthUri"] == (
        f"otpauth://totp/Reseller%20dashboard:ada%40northwind.test?secret={secret}&issuer=Reseller%20dashboard"
    )
    assert len(secret) == 32


def test_the_qr_code_is_an_element_to_stand_in_a_page() -> None:
    svg = qr_svg("otpauth://totp/Reseller%20dashboard:ada?secret=ABC&issuer=Reseller%20dashboard")

    assert svg.startswith("<svg ")
    assert "<title>QR code for your authenticator</title>" in svg
    assert "style=" not in svg


async def test_a_secret_counts_only_once_it_is_confirmed(world: World) -> None:
    await start(await signed_in(world))

    assert await code_of_sign_in(client_at(world.app)) is None


async def test_starting_anew_forgets_the_secret_that_waited(world: World, clock: Clock) -> None:
    ada = await signed_in(world)
    first, second = [Authenticator(clock, (await start(ada))["secret"], []) for _ in range(2)]

    assert await ada.refused("confirmTwoFactor", {"code": first.code()}) == ("INVALID_CREDENTIALS", ["input", "code"])
    assert (await ada.mutate("confirmTwoFactor", {"code": second.code()}))["errors"] == []


async def test_a_wrong_code_confirms_nothing(world: World) -> None:
    ada = await signed_in(world)
    await start(ada)
    before = await world.rows()

    refusal = await ada.refusal("confirmTwoFactor", {"code": "wrong"})

    message = "The code is wrong, or was used already."
    assert refusal == {"code": "INVALID_CREDENTIALS", "message": message, "path": ["input", "code"]}
    assert await world.rows() == before


async def test_what_is_set_up_is_neither_started_nor_confirmed_again(world: World, clock: Clock) -> None:
    ada = await signed_in(world)
    authenticator = await enrol(ada, clock)
    before = await world.rows()

    assert (await start(ada))["errors"][0]["message"] == "Two-factor is set up already; disable it first."
    refusal = await ada.refusal("confirmTwoFactor", {"code": authenticator.code()})

    assert refusal["message"] == "There is nothing to confirm: start setting up two-factor first."
    assert await world.rows() == before


async def test_the_code_is_asked_for_only_after_the_password_was_right(world: World, clock: Clock) -> None:
    await enrol(await signed_in(world), clock)
    client = client_at(world.app)

    right = (await sign_in(client))["errors"]
    wrong = (await sign_in(client, password=ANOTHER))["errors"]

    message = "Give a code of your authenticator, or a recovery code, as well."
    assert right == [{"code": "SECOND_FACTOR_REQUIRED", "message": message, "path": ["input", "code"]}]
    assert wrong[0]["code"] == "INVALID_CREDENTIALS"
    assert not await is_signed_in(client)


async def test_a_code_that_nobody_needs_is_ignored(world: World) -> None:
    await signed_in(world)

    assert await code_of_sign_in(client_at(world.app), code="123456") is None


async def test_a_code_signs_in_once(world: World, clock: Clock) -> None:
    authenticator = await enrol(await signed_in(world), clock)
    code = authenticator.code()

    codes = [await code_of_sign_in(client_at(world.app), code=code) for _ in range(2)]

    assert codes == [None, "INVALID_CREDENTIALS"]


async def test_no_code_is_good_that_is_older_than_one_that_was_used(world: World, clock: Clock) -> None:
    authenticator = await enrol(await signed_in(world), clock)
    clock.at += 5 * STEP
    older, newer = authenticator.code(clock() - STEP), authenticator.code()

    assert await code_of_sign_in(client_at(world.app), code=newer) is None
    assert await code_of_sign_in(client_at(world.app), code=older) == "INVALID_CREDENTIALS"


async def test_the_code_that_confirmed_does_not_sign_in(world: World, clock: Clock) -> None:
    authenticator = await enrol(await signed_in(world), clock)

    used = authenticator.code(clock() - STEP)

    assert await code_of_sign_in(client_at(world.app), code=used) == "INVALID_CREDENTIALS"


async def test_of_two_uses_of_one_code_at_once_one_wins(world: World, clock: Clock) -> None:
    authenticator = await enrol(await signed_in(world), clock)
    code = authenticator.code()

    codes = await asyncio.gather(*(code_of_sign_in(client_at(world.app), code=code) for _ in range(2)))

    assert sorted(codes, key=str) == ["INVALID_CREDENTIALS", None]


async def test_of_two_uses_of_one_recovery_code_at_once_one_wins(world: World, clock: Clock) -> None:
    authenticator = await enrol(await signed_in(world), clock)
    code = authenticator.recovery_codes[0]

    codes = await asyncio.gather(*(code_of_sign_in(client_at(world.app), code=code) for _ in range(2)))

    assert sorted(codes, key=str) == ["INVALID_CREDENTIALS", None]
    assert len(await peek(world.database, sa.select(RecoveryCode.code_hash))) == 9


async def test_of_two_confirmations_at_once_one_wins(world: World, clock: Clock) -> None:
    ada = await signed_in(world)
    code = Authenticator(clock, (await start(ada))["secret"], []).code()

    payloads = await asyncio.gather(*(ada.mutate("confirmTwoFactor", {"code": code}, "recoveryCodes") for _ in "ab"))

    shown = [payload["recoveryCodes"] for payload in payloads if not payload["errors"]]
    assert [len(codes) for codes in shown] == [10]
    assert len(await peek(world.database, sa.select(RecoveryCode.code_hash))) == 10


async def test_each_recovery_code_signs_in_once_however_it_is_typed(world: World, clock: Clock) -> None:
    authenticator = await enrol(await signed_in(world), clock)
    typed = [code.upper().replace("-", " ") for code in authenticator.recovery_codes]

    first = [await code_of_sign_in(client_at(world.app), code=code) for code in typed]
    again = await code_of_sign_in(client_at(world.app), code=typed[0])

    assert first == [None] * 10
    assert again == "INVALID_CREDENTIALS"


async def test_the_secret_is_stored_sealed_and_the_recovery_codes_hashed(world: World, clock: Clock) -> None:
    authenticator = await enrol(await signed_in(world), clock)

    stored = str(await world.rows())
    (sealed,) = await peek(world.database, sa.select(TwoFactor.sealed))

    secrets = [authenticator.secret, *authenticator.recovery_codes]
    assert [secret for secret in secrets if secret in stored or secret.replace("-", "") in stored] == []
    assert SEALER.unseal(sealed.sealed) == {"secret": authenticator.secret}


async def test_giving_it_up_needs_both_factors(world: World, clock: Clock) -> None:
    ada = await signed_in(world)
    authenticator = await enrol(ada, clock)
    used = authenticator.code(clock() - STEP)

    wrong_password = await ada.refused("disableTwoFactor", {"password": ANOTHER, "code": authenticator.code()})
    wrong_code = await ada.refused("disableTwoFactor", {"password": PASSWORD, "code": used})

    assert wrong_password == ("INVALID_CREDENTIALS", ["input", "password"])
    assert wrong_code == ("INVALID_CREDENTIALS", ["input", "code"])
    assert (await ada.query("{ viewer { twoFactor } }"))["viewer"]["twoFactor"] is True


async def test_once_given_up_nothing_is_left_of_it(world: World, clock: Clock) -> None:
    ada = await signed_in(world)
    authenticator = await enrol(ada, clock)

    payload = await ada.mutate("disableTwoFactor", {"password": PASSWORD, "code": authenticator.recovery_codes[3]})

    assert payload["errors"] == []
    assert (await ada.query("{ viewer { twoFactor } }"))["viewer"]["twoFactor"] is False
    assert await peek(world.database, sa.select(TwoFactor.user_id)) == []
    assert await peek(world.database, sa.select(RecoveryCode.user_id)) == []
    assert await code_of_sign_in(client_at(world.app, HERE)) is None


async def test_there_is_nothing_to_give_up_where_nothing_is_set_up(world: World) -> None:
    ada = await signed_in(world)

    refusal = await ada.refusal("disableTwoFactor", {"password": PASSWORD, "code": "123456"})

    assert refusal == {"code": "CONFLICT", "message": "Two-factor is not set up.", "path": []}


async def test_guessing_codes_to_give_it_up_costs_time(world: World, clock: Clock) -> None:
    ada = await signed_in(world)
    await enrol(ada, clock)
    clock.at += timedelta(minutes=1)

    wrong = {"password": PASSWORD, "code": "wrong"}
    codes = [(await ada.refused("disableTwoFactor", wrong))[0] for _ in range(6)]

    assert codes == ["INVALID_CREDENTIALS"] * 5 + ["TOO_MANY_ATTEMPTS"]
