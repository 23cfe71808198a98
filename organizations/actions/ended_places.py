"""Places in groups that end with what they stand on: each is told of, so that the log says who was in a group when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from audit.actors import Actor
from organizations import events
from organizations.actions.group_places import give_back, lowered_with
from organizations.actions.people import record_of
from organizations.models import Group, GroupPlace, Membership


def leave_groups(memberships: Sequence[Membership], *, actor: Actor) -> None:
    """Give up all places in groups; for actions that end the memberships."""
    people = {one.pk: one for one in memberships}
    places = GroupPlace.objects.filter(membership__id__among=set(people)).select_related("group")
    for place in places.order_by("membership_id", "group__name"):
        _tell(place, people[place.membership_id], actor, "no longer belongs to the organization")
    places.order_by().delete()


def empty(group: Group, *, actor: Actor) -> int:
    """Give up all places in this group, and how many those were; for the action that deletes it."""
    places = list(group.places.select_related("membership").order_by("sort_name", "membership_id"))
    for place in places:
        place.group = group
        _tell(place, place.membership, actor, "the group was deleted")
    group.places.all().delete()
    return len(places)


def not_given_back(membership: Membership, places: Iterable[GroupPlace], *, actor: Actor) -> None:
    """End these places of somebody whose access comes back without them, with the role that they brought."""
    for place in places:
        lowered = lowered_with([membership], place.group) if place.curates else []
        place.delete()
        record_of(
            events.GROUP_LEFT,
            actor,
            membership,
            before=_said(place),
            after={"reason": "could not be given back"},
        )
        give_back(lowered, membership.organization, actor)


def _tell(place: GroupPlace, membership: Membership, actor: Actor, reason: str) -> None:
    record_of(events.PLACE_ENDED, actor, membership, before=_said(place), after={"reason": reason})


def _said(place: GroupPlace) -> dict[str, str]:
    return {"group": place.group.name, "curates": "yes" if place.curates else "no"}
