"""What the words of a list mean in an organization: which role, which groups, which last day."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from functools import cached_property

from django.core.exceptions import ValidationError

from invitations.models import InviteList
from invitations.offers import Offer
from organizations.models import Group, Organization, Role
from organizations.moments import end_of

_WORD_OF_GROUPS = re.compile(r"[^;|,/\n]+")
_DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%d %B %Y", "%Y/%m/%d")


class Words:
    """The roles and groups of an organization by what people call them, read once for all rows of a list."""

    def __init__(self, organization: Organization, invite_list: InviteList) -> None:
        self.organization, self.list = organization, invite_list
        self._offers: dict[tuple[str, str, str], Offer] = {}

    def offer(self, address: str, role: str, groups: str, ends: str) -> Offer:
        """What that row offers. Raises ValidationError with a sentence where a word means nothing here."""
        key = (role, groups, ends)
        same = self._offers.get(key)
        if same is None:
            same = self._offers[key] = Offer("", self.role(role), self.end(ends), self.groups(groups))
        return Offer(address, same.role, same.access_ends_at, same.groups)

    def knows(self, column: str, typed: str) -> bool:
        """Whether that word means something here in that column: role, groups or ends."""
        read: dict[str, Callable[[str], object]] = {"role": self.role, "groups": self.groups, "ends": self.end}
        try:
            read[column](typed)
        except ValidationError:
            return False
        return True

    def role(self, typed: str) -> Role:
        if not typed:
            if (role := self._roles_by_id.get(self.list.role_id)) is None:
                message = "The role for everyone no longer exists. Choose another one."
                raise ValidationError(message, code="unknown_role")
            return role
        if (found := self._roles.get(typed.casefold())) is None:
            message = f"There is no role “{typed}” in {self.organization}."
            raise ValidationError(message, code="unknown_role")
        return found

    def groups(self, typed: str) -> tuple[Group, ...]:
        """Those named beside those that everyone comes into."""
        found = [self._groups_by_id[one] for one in self.list.group_ids if one in self._groups_by_id]
        return tuple(dict.fromkeys([*found, *self._named(typed)]))

    def _named(self, typed: str) -> Iterator[Group]:
        """The groups of a cell. Names may hold the signs that part them: whatever is longest and a name is one."""
        words = [word.span() for word in _WORD_OF_GROUPS.finditer(typed) if word[0].strip()]
        while words:
            begin, end = words[0]
            for number in range(len(words), 0, -1):
                if group := self._groups.get(typed[begin : words[number - 1][1]].strip().casefold()):
                    yield group
                    del words[:number]
                    break
            else:
                message = f"There is no group “{typed[begin:end].strip()}” in {self.organization}."
                raise ValidationError(message, code="unknown_group")

    def end(self, typed: str) -> datetime | None:
        if not typed:
            return self.list.access_ends_at
        return end_of(_day(typed))

    @cached_property
    def _all_roles(self) -> list[Role]:
        return list(Role.objects.of(self.organization))

    @cached_property
    def _roles(self) -> dict[str, Role]:
        return {name.casefold(): role for role in self._all_roles for name in (role.key, role.label)}

    @cached_property
    def _roles_by_id(self) -> dict[object, Role]:
        return {role.pk: role for role in self._all_roles}

    @cached_property
    def _all_groups(self) -> Iterable[Group]:
        return list(self.organization.groups.all())

    @cached_property
    def _groups(self) -> dict[str, Group]:
        return {group.name.casefold(): group for group in self._all_groups}

    @cached_property
    def _groups_by_id(self) -> dict[str, Group]:
        return {group.pk.hex: group for group in self._all_groups}


def _day(typed: str) -> date:
    for pattern in _DAYS:
        try:
            return datetime.strptime(typed, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    message = f"“{typed}” is no day. Write it as 2027-03-31."
    raise ValidationError(message, code="unknown_day")
