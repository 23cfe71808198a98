"""`manage.py access`: may this person do that here, and why. Exit status 0 for yes, 3 for no, 2 for no such thing."""

from __future__ import annotations

import json
import sys
from difflib import get_close_matches
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.addresses import normalise
from accounts.models import User
from audit.actors import SYSTEM
from organizations.models import Group, Organization
from team.access.answers import Explanation, Link
from team.access.explaining import explain
from team.access.finding import group_named, person_by_address, person_of_user
from team.access.strangers import explain_address
from team.access.subjects import load_subject, roles_of

NOT_FOUND, REFUSED = 2, 3
_MARKS = {True: "+", False: "x", None: " "}


class Command(BaseCommand):
    help = (
        "Says whether a person may do something in an organization, and why. The exit status is 0 for yes, 3 for no, "
        "and 2 where there is no such organization, group or permission."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", required=True, metavar="SLUG", help="as its pages' addresses name it")
        parser.add_argument("--user", required=True, metavar="EMAIL")
        parser.add_argument("--permission", required=True, metavar="PERMISSION", help="such as invoices.update")
        parser.add_argument("--group", metavar="NAME", help="a group's name or id; without it, the whole organization")
        parser.add_argument("--json", action="store_true", help="answer for a program")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = _organization(options["organization"])
        permission = _permission(organization, options["permission"])
        group = _group(organization, options["group"])
        explanation = _explain(organization, options["user"], permission, group)
        if options["json"]:
            self.stdout.write(json.dumps(explanation.as_json(), ensure_ascii=False, indent=2))
        else:
            self.stdout.write(explanation.sentence)
            for link in explanation.links:
                self.stdout.write(f"  {_MARKS[link.holds]} {link}{f' ({link.details})' if link.details else ''}")
        if not explanation.allowed:
            sys.exit(REFUSED)


def _explain(organization: Organization, typed: str, permission: str, group: Group | None) -> Explanation:
    now = timezone.now()
    try:
        address = normalise(typed)
    except ValidationError as mistake:
        raise CommandError(f"{typed}: {mistake.messages[0]}", returncode=NOT_FOUND) from mistake
    user = User.objects.with_address(address).first()
    person = person_by_address(organization, address) or (person_of_user(organization, user) if user else None)
    if person is not None:
        subject = load_subject(person, roles_of(organization), reader=SYSTEM)
        return explain(subject, permission, group, at=now, reader=SYSTEM)
    stranger = explain_address(organization, address, at=now, reader=SYSTEM)
    return Explanation(False, stranger.sentence, (_account(user), *stranger.links))


def _account(user: User | None) -> Link:
    """Whoever runs Roster may know of any account."""
    if user is None:
        return Link(None, "Account", "there is none with this address")
    return Link(None, "Account", "is active" if user.is_active else "is not active")


def _organization(slug: str) -> Organization:
    found = Organization.objects.filter(slug=slug).first()
    if found is None:
        near = Organization.objects.filter(slug__startswith=slug[:1]).values_list("slug", flat=True)[:500]
        raise _missing(f"There is no organization {slug}.", get_close_matches(slug, near, cutoff=0.5))
    return found


def _permission(organization: Organization, permission: str) -> str:
    rules = organization.rules
    if not rules.knows(permission):
        near = get_close_matches(permission, rules.permissions, n=5, cutoff=0.5)
        resource = permission.partition(".")[0]
        near += [one for one in rules.permissions if one.partition(".")[0] == resource and one not in near]
        raise _missing(f"The role scheme {rules.key} knows no permission {permission}.", near)
    return permission


def _group(organization: Organization, text: str | None) -> Group | None:
    if text is None:
        return None
    found = group_named(SYSTEM, organization, text)
    if found is None:
        near = organization.groups.by_name().values_list("name", flat=True)[:500]
        raise _missing(f"{organization} has no group {text}.", get_close_matches(text, near, cutoff=0.4) or near[:5])
    return found


def _missing(sentence: str, near: Any) -> CommandError:
    names = ", ".join(near)
    return CommandError(f"{sentence} There is: {names}." if names else sentence, returncode=NOT_FOUND)
