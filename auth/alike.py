"""A policy asked of many accounts at once: of one of each kind that it cannot tell apart."""

from collections.abc import Callable, Sequence
from typing import Any

from auth.policies import AccountFacts, Answer
from auth.viewer import Viewer


def may_with_each(viewer: Viewer, accounts: Sequence[Any], may: Callable[[Viewer, AccountFacts], Answer]) -> Answer:
    """May the viewer do to each of these accounts what is asked of one? Otherwise, what the first is refused for.

    For questions that look at an account's owner and support type alone, and at the viewer's seat in it, which never
    takes anything away: one without is asked for those that are alike. Where any is refused, each is, in their order.
    """
    seats = viewer.by_dashboard
    without = {(each.reseller_id, each.support_type): each for each in accounts if each.id not in seats}
    within = [each for each in accounts if each.id in seats and (each.reseller_id, each.support_type) not in without]
    if all(may(viewer, account) is None for account in (*without.values(), *within)):
        return None
    return next(filter(None, (may(viewer, account) for account in accounts)), None)
