"""The two root types: everything a client may do, and what each operation needs."""

import strawberry

from auth.permissions import (
    AcceptsTerms,
    ActivatesContracts,
    Anyone,
    ChangesInvitations,
    ChangesKeys,
    ChangesMembers,
    CreatesAccounts,
    CreatesOrganizations,
    EditsAccounts,
    EditsOrganizations,
    EditsResellers,
    InvitesMembers,
    IsPerson,
    MakesKeys,
    SavesContracts,
    SellsPartnerSupported,
    SignedIn,
    WithdrawsContracts,
)
from resolvers import (
    accounts,
    catalog,
    credentials,
    invitations,
    keys,
    members,
    nodes,
    organizations,
    rate_limit,
    resellers,
    sessions,
    subscriptions,
    viewer,
)
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
    invitation = query(invitations.invitation, permission_classes=[Anyone])
    rate_limit = query(rate_limit.rate_limit, permission_classes=[Anyone])


@strawberry.type(
    description="What can be changed. Every mutation is one transaction; what it refuses is data in its payload."
)
class Mutation:
    """The table of contents of writing."""

    sign_in = mutation(viewer.sign_in, permission_classes=[Anyone], is_repeatable=False)
    sign_out = mutation(viewer.sign_out, permission_classes=[Anyone], is_repeatable=False)
    change_password = mutation(credentials.change_password, permission_classes=[IsPerson], is_repeatable=False)
    request_password_reset = mutation(credentials.request_reset, permission_classes=[Anyone], is_repeatable=False)
    reset_password = mutation(credentials.reset_password, permission_classes=[Anyone], is_repeatable=False)
    start_two_factor = mutation(credentials.start_two_factor, permission_classes=[IsPerson])
    confirm_two_factor = mutation(credentials.confirm_two_factor, permission_classes=[IsPerson], is_repeatable=False)
    disable_two_factor = mutation(credentials.disable_two_factor, permission_classes=[IsPerson], is_repeatable=False)
    end_session = mutation(sessions.end, permission_classes=[IsPerson])
    end_other_sessions = mutation(sessions.end_others, permission_classes=[IsPerson])

    update_reseller = mutation(resellers.update, permission_classes=[EditsResellers])
    accept_terms = mutation(resellers.accept_terms, permission_classes=[AcceptsTerms])

    create_account = mutation(accounts.create, permission_classes=[CreatesAccounts, SellsPartnerSupported])
    update_account = mutation(accounts.update, permission_classes=[EditsAccounts, SellsPartnerSupported])

    upsert_subscription = mutation(subscriptions.upsert, permission_classes=[SavesContracts, SellsPartnerSupported])
    activate_subscription = mutation(subscriptions.activate, permission_classes=[ActivatesContracts])
    cancel_subscription = mutation(subscriptions.cancel, permission_classes=[WithdrawsContracts])

    invite_member = mutation(invitations.invite, permission_classes=[InvitesMembers])
    resend_invitation = mutation(invitations.resend, permission_classes=[ChangesInvitations])
    revoke_invitation = mutation(invitations.revoke, permission_classes=[ChangesInvitations])
    accept_invitation = mutation(invitations.accept, permission_classes=[Anyone])
    change_role = mutation(members.change_role, permission_classes=[ChangesMembers])
    remove_member = mutation(members.remove, permission_classes=[ChangesMembers])

    create_api_key = mutation(keys.create, permission_classes=[MakesKeys])
    rotate_api_key = mutation(keys.rotate, permission_classes=[ChangesKeys])
    revoke_api_key = mutation(keys.revoke, permission_classes=[ChangesKeys])

    create_organization = mutation(organizations.create, permission_classes=[CreatesOrganizations])
    update_organization = mutation(organizations.update, permission_classes=[EditsOrganizations])
