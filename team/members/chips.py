"""The filters above the members table: what is on, what can be added, and what each offers once it is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from audit.actors import Actor
from organizations.member_filters import Activity, Filters, Listed
from organizations.models import MembershipSource, Organization
from organizations.visible_groups import reads_groups, visible_groups
from team.chips import Chip, Choice
from team.members.orders import chosen, offered
from team.members.tabs import Heads

MOST_GROUPS = 100


Section = tuple[str, list[Choice]]
LABELS = {"status": "Status", "group": "Group", "two_factor": "Two-factor", "active": "Last active", "more": "More"}


def chips(filters: Filters, reader: Actor) -> list[Chip]:
    """Those that are on first, then those to add."""
    on = [
        Chip(said, off=filters.without(name).query()) for name, said in filters.in_words() if name not in ("q", "role")
    ]
    names = [name for name in LABELS if name not in filters.named and (name != "group" or reads_groups(reader))]
    return [*on, *(Chip(LABELS[name], choices=f"by/{name}/?{filters.query()}") for name in names)]


def choices(name: str, filters: Filters, organization: Organization, reader: Actor, order: str) -> list[Section]:
    """What one of them offers, in sections with a heading or none. Raises KeyError for a name that is none."""
    return list(_SECTIONS[name](filters, organization, reader, order))


def _status(filters: Filters, organization: Organization, reader: Actor, order: str) -> Iterator[Section]:
    listed = {Listed.ACTIVE: "Active", Listed.DEACTIVATED: "Deactivated"}
    if "invitations.read" in reader.grants:
        listed[Listed.PENDING] = "Invited"
    yield "", _choices(filters, "status", {str(key): label for key, label in listed.items()})


def _group(filters: Filters, organization: Organization, reader: Actor, order: str) -> Iterator[Section]:
    groups = visible_groups(organization, reader).by_name()[:MOST_GROUPS]
    yield "", [Choice(group.name, filters.narrowed("group", group).query(), group == filters.group) for group in groups]


def _two_factor(filters: Filters, organization: Organization, reader: Actor, order: str) -> Iterator[Section]:
    yield "", _choices(filters, "two_factor", {"on": "On", "off": "Off"})


def _active(filters: Filters, organization: Organization, reader: Actor, order: str) -> Iterator[Section]:
    labels = {Activity.NEVER: "Never", Activity.DAYS_30: "Not for 30 days", Activity.DAYS_90: "Not for 90 days"}
    yield "", _choices(filters, "active", {str(key): label for key, label in labels.items()})


def _more(filters: Filters, organization: Organization, reader: Actor, order: str) -> Iterator[Section]:
    yield "How they joined", _choices(filters, "source", {str(one.value): one.label for one in MembershipSource})
    yield "Access", _choices(filters, "ends", {"yes": "Ends on a set day"})
    heads = Heads(organization, sees_invitations="invitations.read" in reader.grants)
    if roles := heads.more_roles(filters):
        yield "More roles", [Choice(f"{tab.label} · {tab.count:,}", tab.query) for tab in roles]
    if "joined" in offered(filters):
        rest, now = filters.query(), chosen(filters, order).key
        orders = (("-joined", "Newest first"), ("joined", "Longest here first"))
        yield (
            "Order",
            [Choice(label, "&".join(filter(None, (rest, f"order={key}"))), now == key) for key, label in orders],
        )


def _choices(filters: Filters, name: str, labels: dict[str, str]) -> list[Choice]:
    now = getattr(filters, name)
    return [Choice(label, filters.narrowed(name, value).query(), value == now) for value, label in labels.items()]


_SECTIONS: dict[str, Callable[[Filters, Organization, Actor, str], Iterator[Section]]] = {
    "status": _status,
    "group": _group,
    "two_factor": _two_factor,
    "active": _active,
    "more": _more,
}
