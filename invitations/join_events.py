"""What can happen to the ways in, to links and to requests, in words."""

from audit.events import event

WAY_OPENED = event(
    "way.opened",
    "{actor} lets people join by {after_way}",
    many="{actor} lets people join by {after_way ways}",
    icon="door-enter",
    fields="way role joins",
)
WAY_CHANGED = event(
    "way.changed",
    "{actor} changed how people join by {after_way}",
    many="{actor} changed how people join by {after_way ways}",
    icon="door-enter",
    fields="way role joins reason",
)
WAY_CLOSED = event(
    "way.closed",
    "{actor} lets nobody join by {before_way} any more",
    many="{actor} lets nobody join by {before_way ways} any more",
    icon="door-enter",
    fields="way role joins reason",
)
LINK_MADE = event(
    "join_link.made",
    "{actor} made a link to join as {after_role}",
    many="{actor} made {events links} to join[ as {after_role}]",
    icon="link",
    fields="role max_uses ends_at",
)
LINK_CHANGED = event(
    "join_link.changed",
    "{actor} changed a link to join, from {before_role} to {after_role}",
    many="{actor} changed {events links} to join[, from {before_role}][ to {after_role}]",
    icon="link",
    fields="role reason",
)
LINK_REVOKED = event(
    "join_link.revoked",
    "{actor} revoked a link to join as {before_role}",
    many="{actor} revoked {events links} to join[ as {before_role}]",
    icon="link-off",
    fields="role used reason",
)
ASKED = event(
    "join_request.asked",
    "{target} asked to join",
    many="{target people} asked to join",
    icon="user-question",
    fields="via",
)
WAITS = event(
    "join_request.waits",
    "{target} waits for a free seat to join",
    many="{target people} began to wait for a free seat",
    icon="hourglass",
    fields="via role",
)
SEAT_FREE = event(
    "join_request.seat_free",
    "{actor} told {target} that a seat is free",
    many="{actor} told {target people} that a seat is free",
    icon="armchair",
)
REFUSED = event(
    "join_request.refused",
    "{actor} refused the request of {target} to join",
    many="{actor} refused [the request of {target}|the requests of {target people}] to join",
    icon="ban",
    fields="status",
)
APPROVED = event(
    "join_request.approved",
    "{actor} approved the request of {target} to join",
    many="{actor} approved [the request of {target}|the requests of {target people}] to join",
    icon="check",
    fields="status role",
)
JOINED = event(
    "join_request.joined",
    "{target} has joined, so the request to join is closed",
    many="[The request of {target}|{target requests}] to join ended with joining",
    icon="user-check",
    fields="status",
)
WITHDRAWN = event(
    "join_request.withdrawn",
    "{target} took the request to join back",
    many="{target people} took back that they asked to join",
    icon="ban",
    fields="status",
)
