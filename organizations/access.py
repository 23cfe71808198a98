"""What engineers ask: may this membership do that, here or in this group?"""

from __future__ import annotations

from django.utils import timezone

from organizations.models import Group, Membership, places_of
from organizations.policies import Decision, holds, no, standing

_ANSWERS = "_access_answers"


def may(membership: Membership, permission: str, group: Group | None = None) -> Decision:
    """Whether the membership grants the permission: in the whole organization, or in that group of it.

    The first question costs one query at most, every later one of the same object none: ask an object that was loaded
    in this request. Truthy, or falsy with a `reason` for the person and a `code`.
    """
    try:
        answers: _Answers = membership.__dict__[_ANSWERS]
    except KeyError:
        answers = membership.__dict__[_ANSWERS] = _Answers(membership)
    if group is None:
        return answers[permission]
    # Found by the id's number, not by the group: comparing two rows costs ten times as much.
    answer = answers.get((permission, group.id.int))
    return answers.in_group(permission, group) if answer is None else answer


class _Answers(dict["str | tuple[str, int]", Decision]):
    """What was asked of one membership, and answered as of the first question; in a group by the number of its id."""

    def __init__(self, membership: Membership) -> None:
        super().__init__()
        now = timezone.now()
        found = _load(membership)
        self._organization = membership.organization_id
        self._standing = _account(found) and standing(found, now) if found else no("This access has ended.", "ended")
        self._actor = found.as_actor(now) if found and self._standing else None

    def __missing__(self, permission: str) -> Decision:
        self[permission] = answer = holds(self._actor, permission) if self._actor else self._standing
        return answer

    def in_group(self, permission: str, group: Group) -> Decision:
        if self._actor is None:
            answer = self._standing
        elif group.organization_id != self._organization:
            answer = no(f"{group} is a group of another organization.", "other_organization")
        else:
            answer = holds(self._actor, permission, group)
        self[permission, group.id.int] = answer
        return answer


def _account(membership: Membership) -> Decision:
    return Decision(True) if membership.user.is_active else no("This account is not active.", "account_inactive")


def _load(membership: Membership) -> Membership | None:
    """The membership with all that an answer needs; by one query where something is missing. None: it is gone."""
    cached = membership._state.fields_cache
    if {"role", "organization", "user"} <= cached.keys() and (
        membership.role is None or not membership.role.by_group or "places" in membership.__dict__
    ):
        return membership
    rows = list(Membership.objects.with_places().filter(pk=membership.pk))
    if not rows:
        return None
    found = rows[0]
    # The annotations of `with_places`, which the type of a row does not know.
    places = [(vars(row)["place_group"], vars(row)["place_curates"]) for row in rows]
    found.places = places_of(place for place in places if place[0])
    return found
