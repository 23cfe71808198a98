"""What is done to the people of an organization."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.utils import timezone

from organizations.actions.assigning import change_role
from organizations.actions.details import edit_details
from organizations.actions.ending import set_end
from organizations.actions.exporting import note_export
from organizations.actions.extending import ask_for_more_time, grant, refuse
from organizations.actions.members import deactivate, leave, reactivate, remove
from organizations.actions.mending import mend_address, mend_second_factor, send_password_reset
from organizations.actions.noticing import notice
from organizations.actions.saved_filters import delete_filter, save_filter
from organizations.models import Extension, SavedFilter
from tests.audit.scenarios.of_accounts import sign_in
from tests.audit.scenarios.of_roles_and_groups import group
from tests.audit.telling import Cast, tells
from tests.factories import acting, end_at, offer
from tests.factories import deactivate as suspend
from tests.invitations.letting_in import let_in, prove


def both(cast: Cast) -> dict[str, Any]:
    return {"organization": cast.org, "memberships": [cast.member, cast.viewer]}


def one(cast: Cast) -> dict[str, Any]:
    return {"organization": cast.org, "memberships": [cast.member]}


@tells(change_role, "2 org member.role_changed")
def two_get_another_role(cast: Cast) -> dict[str, Any]:
    return both(cast) | {"role": cast.role("admin")}


@tells(change_role, "org member.role_changed", "2 org invitation.revoked", "org way.closed")
def somebody_may_no_longer_offer(cast: Cast) -> dict[str, Any]:
    for number in range(2):
        offer(cast.admin, f"new{number}@example.org", "admin")
    let_in(cast.admin, "open", "admin")
    return {"organization": cast.org, "memberships": [cast.admin], "role": cast.role("viewer")}


@tells(remove, "org member.removed", "3 org invitation.revoked")
def a_removal_revokes_three_invitations(cast: Cast) -> dict[str, Any]:
    for number in range(3):
        offer(cast.admin, f"new{number}@example.org")
    return {"organization": cast.org, "memberships": [cast.admin]}


@tells(remove, "2 org member.removed", "member account.session_ended")
def two_are_removed_and_one_is_signed_out(cast: Cast) -> dict[str, Any]:
    sign_in(cast.member.user)
    return both(cast)


@tells(remove, "org member.removed", "2 org group.place_ended")
def a_removal_ends_two_places_in_groups(cast: Cast) -> dict[str, Any]:
    for name in ("Field sales", "Workshop"):
        group(cast.owner, cast.member, name=name)
    return one(cast)


@tells(deactivate, "2 org member.deactivated", "member account.session_ended")
def two_are_deactivated(cast: Cast) -> dict[str, Any]:
    sign_in(cast.member.user)
    return both(cast)


@tells(reactivate, "org member.reactivated")
def somebody_is_reactivated(cast: Cast) -> dict[str, Any]:
    suspend(cast.member)
    return one(cast)


@tells(leave, "org member.left", "org invitation.revoked", by="admin")
def somebody_leaves(cast: Cast) -> dict[str, Any]:
    offer(cast.admin, "new@example.org")
    return {"membership": cast.admin}


@tells(edit_details, "org member.details_edited")
def details_are_edited(cast: Cast) -> dict[str, Any]:
    return {"membership": cast.member, "own_name": "Mina of sales", "job_title": "Sales", "phone": "1"}


@tells(set_end, "2 org member.end_set")
def access_is_to_end(cast: Cast) -> dict[str, Any]:
    return both(cast) | {"ends_at": timezone.now() + timedelta(days=3)}


def ending(cast: Cast, days: int = 3) -> dict[str, Any]:
    end_at(cast.member, timezone.now() + timedelta(days=days))
    cast.member.refresh_from_db()
    return {"membership": cast.member}


def asked(cast: Cast) -> dict[str, Any]:
    found = ending(cast)
    return found | {"extension": ask_for_more_time(actor=acting(cast.member), membership=cast.member)}


@tells(ask_for_more_time, "org extension.asked", by="member")
def more_time_is_asked_for(cast: Cast) -> dict[str, Any]:
    return ending(cast)


@tells(grant, "org member.end_set", "org extension.granted")
def more_time_is_granted(cast: Cast) -> dict[str, Any]:
    return asked(cast) | {"ends_at": None}


@tells(grant, "org member.end_set", "org extension.granted", "org member.reactivated")
def more_time_is_granted_after_the_end(cast: Cast) -> dict[str, Any]:
    found = asked(cast)
    suspend(cast.member)
    past = timezone.now() - timedelta(hours=1)
    end_at(cast.member, past)
    Extension.objects.filter(pk=found["extension"].pk).update(ended_then=past)
    return found | {"ends_at": None}


@tells(refuse, "org extension.refused")
def more_time_is_refused(cast: Cast) -> dict[str, Any]:
    return asked(cast)


@tells(send_password_reset, "org member.password_reset_sent", "member account.password_reset_sent")
def a_reset_is_sent(cast: Cast) -> dict[str, Any]:
    return {"membership": cast.member}


@tells(mend_address, "org member.address_mended", "member account.address_mended", "member account.session_ended")
def an_address_is_mended(cast: Cast) -> dict[str, Any]:
    prove(cast.org, "marram.example.org")
    sign_in(cast.member.user)
    return {"membership": cast.member, "address": "mina.smith@marram.example.org"}


@tells(mend_second_factor, "org member.second_factor_mended", "member account.second_factor_mended")
def a_second_factor_is_mended(cast: Cast) -> dict[str, Any]:
    prove(cast.org, "marram.example.org")
    TOTP.activate(cast.member.user, generate_totp_secret())
    return {"membership": cast.member}


@tells(note_export, "org members.exported")
def the_members_go_out(cast: Cast) -> dict[str, Any]:
    return {"organization": cast.org, "filters": "all"}


@tells(notice, by="system", asks_nobody="the clock calls it", silent="it tells people, and changes nothing of theirs")
def people_are_told_of_their_end(cast: Cast) -> dict[str, Any]:
    ending(cast)
    return {"organization": cast.org}


@tells(save_filter, by="member", silent="it is the person's own view of a table")
def a_filter_is_saved(cast: Cast) -> dict[str, Any]:
    return {"membership": cast.member, "name": "Active", "query": "status=active"}


@tells(delete_filter, by="member", silent="it is the person's own view of a table")
def a_filter_is_deleted(cast: Cast) -> dict[str, Any]:
    kept = save_filter(actor=acting(cast.member), membership=cast.member, name="Active", query="status=active")
    return {"membership": cast.member, "saved_filter": SavedFilter.objects.get(pk=kept.pk)}
