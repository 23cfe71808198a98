"""What can happen to the domains of an organization, in words."""

from audit.events import event

DOMAIN_ADDED = event(
    "domain.added",
    "{actor} named {target} as a domain of the organization",
    many="{actor} named [{target} as a domain|{target domains}] of the organization",
    icon="at",
)
DOMAIN_REMOVED = event(
    "domain.removed",
    "{actor} took the domain {target} off the list",
    many="{actor} took [the domain {target}|{target domains}] off the list",
    icon="at",
    fields="proven",
)
DOMAIN_PROVEN = event(
    "domain.proven",
    "{actor} noted that {target} is the organization's own domain",
    many="{actor} noted that [{target} is the organization's own domain|{target domains} are the organization's own]",
    icon="at",
    fields="by",
)
DOMAIN_NOT_FOUND = event(
    "domain.not_found",
    "{actor} did not find the record that proves the domain {target}",
    many="{actor} did not find what proves [the domain {target}|{target domains}]",
    icon="at",
    fields="answer",
)
DOMAIN_FOUND_AGAIN = event(
    "domain.found_again",
    "{actor} found the record that proves the domain {target} again",
    many="{actor} found what proves [the domain {target}|{target domains}] again",
    icon="at",
    fields="answer",
)
DOMAIN_UNPROVEN = event(
    "domain.unproven",
    "{actor} withdrew the proof of the domain {target}",
    many="{actor} withdrew the proof of [the domain {target}|{target domains}]",
    icon="at",
    fields="reason",
)
