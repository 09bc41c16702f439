"""The two root types: everything a client may do, and what each operation needs."""

import strawberry

from auth.permissions import (
    AcceptsTerms,
    ActivatesContracts,
    Anyone,
    CreatesAccounts,
    CreatesOrganizations,
    EditsAccounts,
    EditsOrganizations,
    SavesContracts,
    SellsPartnerSupported,
    SignedIn,
    WithdrawsContracts,
)
from resolvers import accounts, catalog, nodes, organizations, resellers, subscriptions, viewer
from resolvers.fields import mutation, query


@strawberry.type(description="What can be read. Fields of one operation see one moment of the data.")
class Query:
    """The table of contents of reading."""

    viewer = query(viewer.viewer, permission_classes=[Anyone])
    node = query(nodes.node, permission_classes=[SignedIn])
    nodes = query(nodes.several, permission_classes=[SignedIn])
    reseller = query(resellers.reseller, permission_classes=[SignedIn])
    account = query(accounts.account, permission_classes=[SignedIn])
    organization = query(organizations.organization, permission_classes=[SignedIn])
    quote = query(catalog.quote, permission_classes=[SignedIn])


@strawberry.type(
    description="What can be changed. Every mutation is one transaction; what it refuses is data in its payload."
)
class Mutation:
    """The table of contents of writing."""

    sign_in = mutation(viewer.sign_in, permission_classes=[Anyone])
    sign_out = mutation(viewer.sign_out, permission_classes=[Anyone])
    accept_terms = mutation(resellers.accept_terms, permission_classes=[AcceptsTerms])

    create_account = mutation(accounts.create, permission_classes=[CreatesAccounts, SellsPartnerSupported])
    update_account = mutation(accounts.update, permission_classes=[EditsAccounts, SellsPartnerSupported])

    upsert_subscription = mutation(subscriptions.upsert, permission_classes=[SavesContracts, SellsPartnerSupported])
    activate_subscription = mutation(subscriptions.activate, permission_classes=[ActivatesContracts])
    cancel_subscription = mutation(subscriptions.cancel, permission_classes=[WithdrawsContracts])

    create_organization = mutation(organizations.create, permission_classes=[CreatesOrganizations])
    update_organization = mutation(organizations.update, permission_classes=[EditsOrganizations])
