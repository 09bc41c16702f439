"""The judge is itself judged: it passes what went well, and finds each violation that is planted."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from tests.faults.checking import violations
from tests.faults.histories import Outcome
from tests.faults.story import ACCOUNT, ACCT, HUNTRESS, INVITATION, PARTNER, SUB, Story, decided, told

Plant = Callable[[Story], Any]


def an_acknowledged_rename_is_lost(story: Story) -> None:
    story.forget("rename")
    story.the("accounts").update(name="one", version=1)


def a_rename_is_written_over(story: Story) -> None:
    story.asked("late", "updateAccount", input={"id": ACCT, "name": "three"}, answer={"account": {"id": ACCT}})
    story.noted("late", "updateAccount", "acct", ACCOUNT, name=["one", "three"])
    story.the("accounts").update(name="three", version=3)


def a_refused_account_is_there(story: Story) -> None:
    another = UUID(int=90)
    wanted = {"name": [None, "one"], "subdomain": [None, "two"], "supportType": [None, HUNTRESS]}
    story.noted("taken", "createAccount", "acct", another, **wanted)["account_id"] = another
    story.row("accounts", id=another, name="one", subdomain="two", support_type=HUNTRESS, version=1)
    story.row("subdomains", name="two", account_id=another, released_at=None)


def an_unknown_activation_is_half_there(story: Story) -> None:
    story.forget("activate")


def a_mutation_is_done_twice(story: Story) -> None:
    story.noted("rename", "updateAccount", "acct", ACCOUNT, name=["two", "two"])


def a_retry_is_done_again(story: Story) -> None:
    story.asked("rename", "updateAccount", number=1, input={"id": ACCT}, answer={"account": {"id": ACCT}})
    story.noted("rename", "updateAccount", "acct", ACCOUNT)["request_id"] = "rename.1"


def a_retry_was_refused_though_it_was_done(story: Story) -> None:
    story.asked("activate", "activateSubscription", Outcome.REFUSED, "SUBSCRIPTION_ALREADY_ACTIVE", number=1)


def an_account_has_two_open_contracts(story: Story) -> None:
    story.row("subscriptions", **{**story.the("subscriptions"), "id": UUID(int=91), "status": "PENDING"})


def a_contract_differs_from_its_account(story: Story) -> None:
    story.the("subscriptions")["support_type"] = PARTNER


def somebody_joined_twice(story: Story) -> None:
    story.row("memberships", **{**story.the("memberships", -1), "id": UUID(int=92)})


def an_accepted_invitation_has_no_membership(story: Story) -> None:
    story.drop("memberships")


def a_link_is_left(story: Story) -> None:
    story.row("invitation_tokens", invitation_id=INVITATION)


def an_invitation_was_not_mailed(story: Story) -> None:
    story.drop("mails")


def the_last_admin_is_gone(story: Story) -> None:
    story.the("memberships")["role"] = "FINANCE"


def a_role_is_lost(story: Story) -> None:
    story.the("memberships", -1)["role"] = "READ_ONLY"


def a_user_has_no_address(story: Story) -> None:
    story.drop("user_emails")


def the_audit_has_what_nobody_sent(story: Story) -> None:
    story.noted("ghost", "updateAccount", "acct", ACCOUNT)


def the_audit_names_another_mutation(story: Story) -> None:
    row = story.the("audit_events", 1)
    row["action"] = "updateReseller"
    story.the("accounts").update(name="one", version=1)
    story.read(name="one", version=1)


def an_answer_names_another_object(story: Story) -> None:
    story.change("save", answer={"subscription": {"id": "sub_other"}})


def a_subdomain_is_half_there(story: Story) -> None:
    story.drop("subdomains")


def a_read_is_stale(story: Story) -> None:
    story.read(name="one", version=1)


def a_read_is_of_the_future(story: Story) -> None:
    story.read(subscription={"id": SUB, "status": "PENDING", "systems": 10, "version": 1})


def effects_are_out_of_order(story: Story) -> None:
    story.change("rename", began=90, ended=91)
    story.change("read", began=92, ended=93)
    story.read(subscription={"id": SUB, "status": "ACTIVE", "systems": 10, "version": 2})


def the_input_was_not_what_was_saved(story: Story) -> None:
    story.change("save", input={"accountId": ACCT, "systems": 11, "billingInterval": "MONTHLY"})


def an_account_appears_from_nowhere(story: Story) -> None:
    story.row("accounts", id=UUID(int=93), name=None, subdomain=None, support_type=None, version=0)
    story.row("subdomains", name=None, account_id=UUID(int=93), released_at=None)


def an_acknowledged_contract_is_gone(story: Story) -> None:
    story.drop("subscriptions")


def partner_support_was_chosen_when_it_was_withdrawn(story: Story) -> None:
    decided(story, is_eligible=False)
    story.asked("choose", "updateAccount", input={"id": ACCT, "supportType": PARTNER}, answer={"account": {"id": ACCT}})
    story.noted("choose", "updateAccount", "acct", ACCOUNT, supportType=[HUNTRESS, PARTNER])
    story.the("accounts").update(support_type=PARTNER, version=3)
    story.the("subscriptions").update(support_type=PARTNER, version=3)


def a_change_is_not_counted(story: Story) -> None:
    story.the("accounts")["version"] = 1


def a_stale_change_was_done(story: Story) -> None:
    story.change("save", input={"accountId": ACCT, "systems": 10, "billingInterval": "MONTHLY", "expectedVersion": 1})


def a_dry_run_is_there(story: Story) -> None:
    story.change("promote", is_dry=True)


def a_fault_of_the_server(story: Story) -> None:
    story.asked("crash", "updateAccount", Outcome.BROKEN, "INTERNAL_SERVER_ERROR", answer="oh")


def silence_that_nothing_explains(story: Story) -> None:
    story.history.faults.clear()


def an_expected_refusal_that_did_not_come(story: Story) -> None:
    story.change("rename", expects=("IDEMPOTENCY_MISMATCH",))


PLANTS: dict[Plant, tuple[str, ...]] = {
    an_acknowledged_rename_is_lost: ("rename.0 {'id': 'acct_", "read.0 read"),
    a_rename_is_written_over: ("found name one, but it was two: an effect was lost",),
    a_refused_account_is_there: ("ended ['refused'] and is there 1 times", "left subdomain two"),
    an_unknown_activation_is_half_there: ("status='PENDING'",),
    a_mutation_is_done_twice: ("ended ['ok'] and is there 2 times", "rename.0 on acct_", "read.0 read"),
    a_retry_is_done_again: ("ended ['ok', 'ok'] and is there 2 times",),
    a_retry_was_refused_though_it_was_done: ("ended ['unknown', 'refused'] and is there 1 times",),
    an_account_has_two_open_contracts: ("1 times more than the audit tells", "has 2 open contracts"),
    a_contract_differs_from_its_account: ("is of another support type than its account",),
    somebody_joined_twice: ("joined 1 times more than they left, and is there 2 times",),
    an_accepted_invitation_has_no_membership: ("and is there 0 times", "is in the role None, but was left in FINANCE"),
    a_link_is_left: ("has 1 links and is open 0 times",),
    an_invitation_was_not_mailed: ("guest was invited 1 times and mailed 0 times",),
    the_last_admin_is_gone: ("has no ADMIN any more", "is in the role FINANCE, but was left in ADMIN"),
    a_role_is_lost: ("is in the role READ_ONLY, but was left in FINANCE",),
    a_user_has_no_address: ("has 0 addresses",),
    the_audit_has_what_nobody_sent: ("the request id ghost.0, which nobody sent",),
    the_audit_names_another_mutation: ("is in the audit as updateReseller",),
    an_answer_names_another_object: ("was answered with sub_other",),
    a_subdomain_is_half_there: ("The subdomain one of",),
    a_read_is_stale: ("which it was not at that time",),
    a_read_is_of_the_future: ("which it was not at that time",),
    effects_are_out_of_order: ("save.0 on sub_00000000000000000000000003 was done after what began when it had ended",),
    the_input_was_not_what_was_saved: ("left systems 10",),
    an_account_appears_from_nowhere: ("1 times more than the audit tells",),
    an_acknowledged_contract_is_gone: ("which subscriptions lacks", "contract=None"),
    partner_support_was_chosen_when_it_was_withdrawn: ("chose PARTNER_SUPPORTED while the reseller was not eligible",),
    a_change_is_not_counted: ("version=1",),
    a_stale_change_was_done: ("was done to version 0, and 1 was expected",),
    a_dry_run_is_there: ("ended ['ok'] and is there 1 times",),
    a_fault_of_the_server: ("was answered INTERNAL_SERVER_ERROR: oh",),
    silence_that_nothing_explains: ("ended with NO_ANSWER, and nothing was cut then",),
    an_expected_refusal_that_did_not_come: ("ended with success, not with ('IDEMPOTENCY_MISMATCH',)",),
}


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_the_judge_finds_that(plant: Plant) -> None:
    story = told()
    plant(story)
    found = violations(story.run())

    assert [fragment in each for fragment, each in zip(PLANTS[plant], found, strict=True)] == [True] * len(found), found


def test_nothing_is_wrong_with_a_run_that_went_well() -> None:
    assert violations(told().run()) == []


def test_an_unknown_effect_may_be_absent_wholly() -> None:
    story = told()
    story.forget("activate")
    story.the("subscriptions").update(status="PENDING", version=1)

    assert violations(story.run()) == []


def test_a_choice_that_the_withdrawal_overtook_is_nobodys_fault() -> None:
    story = told()
    partner_support_was_chosen_when_it_was_withdrawn(story)
    story.change("choose", began=story.history.eligibility[0].began)

    assert violations(story.run()) == []
