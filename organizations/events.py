"""What can happen to organizations and memberships, in words."""

from audit.events import event

ORGANIZATION_CREATED = event(
    "organization.created", "{actor} created the organization {target}", icon="plus", fields="name slug scheme"
)
SEATS_CHANGED = event(
    "organization.seats_changed",
    "{actor} changed the seats from {before_seats} to {after_seats}",
    icon="armchair",
    fields="seats",
)
MEMBER_ADDED = event("member.added", "{target} became {after_role}", icon="user-plus", fields="role source")
MEMBER_JOINED = event(
    "member.joined",
    "{actor} accepted the invitation and joined as {after_role}",
    icon="user-plus",
    fields="role source",
)
MEMBER_LEFT = event("member.left", "{actor} left the organization", icon="user-minus", fields="role status")
MEMBER_LAPSED = event("member.lapsed", "Access of {target} ended as agreed", icon="clock", fields="status ends_at")
