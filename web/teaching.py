"""GraphiQL's first tabs: the main job in operations that run as they stand, with the signed-in person's own ids."""

from dataclasses import dataclass
from typing import Any

SURVEY = """
query Survey {
  viewer {
    dashboards {
      id
      kind
      ... on ResellerDashboard {
        reseller {
          id
          accounts(first: 100) {
            nodes { id status subscription { id status } }
          }
        }
      }
    }
  }
}
"""


@dataclass(frozen=True, slots=True)
class Tab:
    """One editor: a query, and the variables as an object."""

    query: str
    variables: dict[str, Any]

    def written(self) -> dict[str, Any]:
        """Return the tab as the page's script takes it."""
        return {"query": self.query.strip() + "\n", "variables": self.variables}


def first_tabs(survey: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the tabs for somebody of whom SURVEY answered this."""
    dashboards = survey["viewer"]["dashboards"]
    current = dashboards[0]["id"] if dashboards else None
    tabs = [Tab(SWITCHER, {"current": current})]
    resellers = [each for each in dashboards if each["kind"] == "RESELLER"]
    accounts = [each for each in dashboards if each["kind"] == "ACCOUNT"]
    if resellers:
        tabs += _selling(resellers[0])
    elif accounts:
        tabs.append(Tab(OWN_ACCOUNT, {"id": accounts[0]["id"]}))
    elif dashboards:
        tabs.append(Tab(OWN_ORGANIZATION, {"id": dashboards[0]["id"]}))
    return [tab.written() for tab in tabs]


def _selling(dashboard: dict[str, Any]) -> list[Tab]:
    id = dashboard["id"]
    reseller = dashboard.get("reseller") or {}
    accounts = (reseller.get("accounts") or {}).get("nodes", [])
    without = next((each["id"] for each in accounts if each["subscription"] is None), "acct_…")
    pending = next((each["subscription"]["id"] for each in accounts if _is_pending(each)), "sub_…")
    return [
        Tab(TERMS, {"id": id}),
        Tab(ACCOUNTS_SCREEN, {"id": id, "first": 25}),
        Tab(QUOTE, {"input": {"resellerId": id, "supportType": HUNTRESS, "systems": 480, "billingInterval": "ANNUAL"}}),
        Tab(
            CREATE,
            {
                "input": {
                    "resellerId": id,
                    "name": "Tailspin Toys",
                    "subdomain": "tailspin-toys",
                    "supportType": HUNTRESS,
                }
            },
        ),
        Tab(SAVE, {"input": {"accountId": without, "systems": 50, "billingInterval": "MONTHLY"}}),
        Tab(ACTIVATE, {"input": {"id": pending}}),
    ]


def _is_pending(account: dict[str, Any]) -> bool:
    return account["subscription"] is not None and account["subscription"]["status"] == "PENDING"


HUNTRESS = "HUNTRESS_SUPPORTED"

SWITCHER = """
# The account switcher: every dashboard to which you were explicitly added.
# `current` is the one you are in; its entry gets the check mark.
query Switcher($current: ID) {
  viewer {
    name
    dashboards(current: $current) {
      id
      kind
      name
      role
      isCurrent
    }
  }
}
"""

TERMS = """
# The terms come before the accounts screen. Where isAccepted is false, run
#   mutation { acceptTerms(input: {resellerId: "…", version: "…"}) { errors { code message } } }
query TermsOfReseller($id: ID!) {
  reseller(id: $id) {
    name
    terms {
      version
      isAccepted
      acceptedAt
      body
    }
    availableActions {
      action
      isAllowed
      reason {
        code
        message
      }
    }
  }
}
"""

ACCOUNTS_SCREEN = """
# The accounts screen: status and Status Ends are derived from today's date.
query AccountsScreen($id: ID!, $first: Int, $after: String, $where: AccountFilter) {
  reseller(id: $id) {
    accounts(first: $first, after: $after, where: $where, orderBy: {field: STATUS_ENDS_ON}) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        name
        subdomain
        supportType
        status
        statusEndsOn
        dashboardUrl
        subscription {
          id
          status
          systems
          startsOn
          total {
            amount
            currencyCode
          }
        }
      }
    }
  }
}
"""

QUOTE = """
# What a contract would cost. Nothing is saved.
# In the demo world every amount is invented.
query GetQuote($input: QuoteInput!) {
  quote(input: $input) {
    plan {
      name
      minSystems
      maxSystems
    }
    costPerSystem {
      amount
      currencyCode
    }
    total {
      amount
      currencyCode
    }
    cheaperAt {
      systems
      saving {
        amount
      }
    }
  }
}
"""

CREATE = """
# Adds a customer account; its trial of 21 days begins today.
# A refusal is data: look at errors. Run it twice and the subdomain is taken.
mutation CreateAccount($input: CreateAccountInput!) {
  createAccount(input: $input) {
    account {
      id
      status
      trialStartsOn
      trialEndsOn
    }
    errors {
      code
      message
      path
    }
  }
}
"""

SAVE = """
# Saves the contract of an account: the plan follows from the number of systems.
# Give another supportType, and the account's changes with it.
mutation SaveContract($input: UpsertSubscriptionInput!) {
  upsertSubscription(input: $input) {
    created
    subscription {
      id
      status
      plan {
        name
      }
      total {
        amount
        currencyCode
      }
      activationPreview {
        startsOn
        endsOn
        trialDaysHonored
      }
    }
    errors {
      code
      message
      path
    }
  }
}
"""

ACTIVATE = """
# Activates a pending contract: the account becomes ACTIVE at once,
# and paying begins on the day after the trial.
mutation ActivateContract($input: ActivateSubscriptionInput!) {
  activateSubscription(input: $input) {
    subscription {
      id
      status
      startsOn
      endsOn
      renewsOn
    }
    account {
      name
      status
      statusEndsOn
    }
    errors {
      code
      message
      path
    }
  }
}
"""

OWN_ACCOUNT = """
# Your account: its contract without money, and its organizations.
query MyAccount($id: ID!) {
  account(id: $id) {
    name
    subdomain
    status
    statusEndsOn
    reseller {
      name
    }
    subscription {
      status
      systems
      startsOn
      endsOn
    }
    organizations {
      nodes {
        id
        name
        key
      }
    }
    availableActions {
      action
      isAllowed
      reason {
        code
      }
    }
  }
}
"""

OWN_ORGANIZATION = """
# Your organization.
query MyOrganization($id: ID!) {
  organization(id: $id) {
    name
    key
    availableActions {
      action
      isAllowed
    }
  }
}
"""
