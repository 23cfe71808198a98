"""What can happen to ownership, in words."""

from audit.events import event

OWNERSHIP_OFFERED = event(
    "ownership.offered",
    "{actor} offered {target} to own the organization",
    many="{actor} offered {target people} to own the organization",
    icon="crown",
    fields="expires_at",
)
OWNERSHIP_WITHDRAWN = event(
    "ownership.withdrawn",
    "{actor} withdrew the offer to {target} to own the organization",
    many="{actor} withdrew [the offer to {target}|the offers to {target people}] to own the organization",
    icon="crown",
    fields="status reason",
)
OWNERSHIP_REFUSED = event(
    "ownership.refused",
    "{target} did not want to own the organization",
    many="{target people} did not want to own the organization",
    icon="crown",
    fields="status",
)
OWNERSHIP_EXPIRED = event(
    "ownership.expired",
    "The offer to {target} to own the organization ended",
    many="[The offer to {target}|The offers to {target people}] to own the organization ended",
    icon="clock",
    fields="status",
)
# Who owned it before is told by the change of their role: an event names one person, so that each can be erased.
OWNERSHIP_MOVED = event(
    "ownership.moved",
    "Ownership moved to {target}; {actor} did it",
    many="{actor} moved the ownership[ to {target}]",
    icon="crown",
)
