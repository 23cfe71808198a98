"""What can happen to the ways in, to links and to requests, in words."""

from audit.events import event

WAY_OPENED = event("way.opened", "{actor} lets people join by {after_way}", icon="door-enter", fields="way role joins")
WAY_CHANGED = event(
    "way.changed", "{actor} changed how people join by {after_way}", icon="door-enter", fields="way role joins reason"
)
WAY_CLOSED = event(
    "way.closed",
    "{actor} lets nobody join by {before_way} any more",
    icon="door-enter",
    fields="way role joins reason",
)
LINK_MADE = event(
    "join_link.made", "{actor} made a link to join as {after_role}", icon="link", fields="role max_uses ends_at"
)
LINK_CHANGED = event(
    "join_link.changed",
    "{actor} changed a link to join, from {before_role} to {after_role}",
    icon="link",
    fields="role reason",
)
LINK_REVOKED = event(
    "join_link.revoked", "{actor} revoked a link to join as {before_role}", icon="link-off", fields="role used reason"
)
ASKED = event("join_request.asked", "{target} asked to join", icon="user-question", fields="via")
WAITS = event("join_request.waits", "{target} waits for a free seat to join", icon="hourglass", fields="via role")
SEAT_FREE = event("join_request.seat_free", "{actor} told {target} that a seat is free", icon="armchair")
REFUSED = event("join_request.refused", "{actor} refused the request of {target} to join", icon="ban", fields="status")
APPROVED = event(
    "join_request.approved", "{actor} approved the request of {target} to join", icon="check", fields="status role"
)
JOINED = event(
    "join_request.joined", "{target} has joined, so the request to join is closed", icon="user-check", fields="status"
)
WITHDRAWN = event("join_request.withdrawn", "{target} took the request to join back", icon="ban", fields="status")
