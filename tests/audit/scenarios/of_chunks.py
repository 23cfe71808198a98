"""What is done to many, chunk by chunk: its events are of the batch that the job names."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from uuid_utils.compat import uuid7

from invitations.bulk.lists import make_list
from invitations.bulk.many import _change_part
from invitations.bulk.many_deeds import REVOKE
from invitations.bulk.reading import ReadRow
from invitations.bulk.sending import _send_part
from organizations.actions.assigning import change_role
from organizations.actions.groups import create_group
from organizations.bulk.deeds import CHANGE_ROLE
from organizations.bulk.doing import _do_part
from organizations.bulk.undoing import _undo_part
from organizations.models import Role
from team.demo.crowd import add_crowd
from tests.audit.scenarios.of_invitations import open_offers
from tests.audit.telling import Cast, tells
from tests.factories import acting


@tells(_do_part, "2 org member.role_changed")
def a_chunk_of_people_is_changed(cast: Cast) -> dict[str, Any]:
    return {
        "organization": cast.org,
        "people": [cast.member, cast.viewer],
        "deed": CHANGE_ROLE,
        "argument": cast.role("admin"),
        "batch": uuid7(),
    }


@tells(_undo_part, "2 org member.role_changed")
def a_chunk_of_people_is_changed_back(cast: Cast) -> dict[str, Any]:
    people, admin = [cast.member, cast.viewer], cast.role("admin")
    before = CHANGE_ROLE.before(cast.org.memberships.filter(pk__in=[one.pk for one in people]), admin)
    change_role(actor=acting(cast.owner), organization=cast.org, memberships=people, role=admin)
    return {
        "organization": cast.org,
        "people": people,
        "groups": [(before[one.pk], [one]) for one in people],
        "deed": CHANGE_ROLE,
        "argument": admin,
        "batch": uuid7(),
    }


@tells(_change_part, "2 org invitation.revoked")
def a_chunk_of_invitations_is_revoked(cast: Cast) -> dict[str, Any]:
    return open_offers(cast) | {"deed": REVOKE, "days": 0, "too_often": (), "since": timezone.now(), "batch": uuid7()}


@tells(_send_part, "2 org invitation.sent")
def a_chunk_of_a_list_is_sent(cast: Cast) -> dict[str, Any]:
    member = cast.role("member")
    rows = [ReadRow(line, f"new{line}@example.org") for line in (1, 2)]
    invite_list = make_list(
        actor=acting(cast.owner), user=cast.owner.user, organization=cast.org, rows=rows, role=member, days=7
    )
    return {
        "organization": cast.org, "invite_list": invite_list, "rows": list(invite_list.rows.all()), "batch": uuid7()
    }  # fmt: skip


@tells(add_crowd, "3 org member.added", by="system", asks_nobody="the demo is made by whoever runs Roster")
def a_crowd_comes(cast: Cast) -> dict[str, Any]:
    groups = [create_group(actor=acting(cast.owner), organization=cast.org, name="Crowd", description="")]
    keys = ("owner", "admin", "member", "viewer")
    roles: dict[str, Role | None] = {key: cast.role(key) for key in keys} | {"none": None}
    return {"organization": cast.org, "places": range(3), "domain": "crowd.example", "roles": roles, "groups": groups}
