"""What is done to invitations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from uuid_utils.compat import uuid7

from invitations.actions.answering import accept, ask_anew, decline
from invitations.actions.changing import change_offered_role
from invitations.actions.correcting import correct_address
from invitations.actions.extending import extend
from invitations.actions.mail_failing import note_mail
from invitations.actions.offering import invite, invite_each, invite_listed
from invitations.actions.refusing import allow_again, refuse_further
from invitations.actions.reminding import remind
from invitations.actions.resending import resend, resend_chosen
from invitations.actions.withdrawing import revoke
from invitations.models import Invitation, InvitationStatus
from invitations.offers import Offer
from organizations.actions.groups import create_group
from tests.audit.telling import Cast, tells
from tests.factories import acting, count_again, offer

THE_LINK = "whoever has the link may"
THE_CLOCK = "the clock calls it"


def open_offers(cast: Cast) -> dict[str, Any]:
    return {
        "organization": cast.org,
        "invitations": [offer(cast.owner, f"new{number}@example.org") for number in range(2)],
    }


def open_offer(cast: Cast) -> dict[str, Any]:
    return {"organization": cast.org, "invitation": offer(cast.owner, "new@example.org")}


def to_the_stranger(cast: Cast) -> dict[str, Any]:
    invitation = offer(cast.owner, cast.stranger.email)
    return {"invitation": invitation, "version": invitation.version}


def offers(cast: Cast) -> dict[str, Any]:
    wanted = [Offer(f"new{number}@example.org", cast.role("member")) for number in range(2)]
    return {"organization": cast.org, "offers": wanted, "days": 7}


@tells(invite, "2 org invitation.sent")
def two_are_invited(cast: Cast) -> dict[str, Any]:
    addresses = ["new1@example.org", "new2@example.org"]
    return {"organization": cast.org, "addresses": addresses, "role": cast.role("member"), "days": 7}


@tells(invite_each, "2 org invitation.sent")
def each_is_invited(cast: Cast) -> dict[str, Any]:
    return offers(cast)


@tells(invite_listed, "2 org invitation.sent")
def those_of_a_list_are_invited(cast: Cast) -> dict[str, Any]:
    return offers(cast)


@tells(resend, "2 org invitation.resent")
def two_are_sent_again(cast: Cast) -> dict[str, Any]:
    return open_offers(cast)


@tells(resend, "org invitation.resent")
def one_that_expired_is_sent_again(cast: Cast) -> dict[str, Any]:
    invitation = offer(cast.owner, "new@example.org")
    expire(invitation)
    return {"organization": cast.org, "invitations": [invitation]}


@tells(resend_chosen, "2 org invitation.resent")
def those_of_a_choice_are_sent_again(cast: Cast) -> dict[str, Any]:
    return open_offers(cast) | {"too_often": (), "since": timezone.now()}


@tells(extend, "2 org invitation.extended")
def two_stand_for_longer(cast: Cast) -> dict[str, Any]:
    return open_offers(cast) | {"days": 20}


@tells(revoke, "2 org invitation.revoked")
def two_are_revoked(cast: Cast) -> dict[str, Any]:
    return open_offers(cast)


@tells(change_offered_role, "org invitation.role_changed")
def another_role_is_offered(cast: Cast) -> dict[str, Any]:
    return open_offer(cast) | {"role": cast.role("viewer")}


@tells(correct_address, "org invitation.revoked", "org invitation.sent")
def an_address_is_corrected(cast: Cast) -> dict[str, Any]:
    return open_offer(cast) | {"email": "right@example.org"}


@tells(note_mail, "org invitation.mail_failed", by="system", asks_nobody=THE_CLOCK)
def its_mail_failed(cast: Cast) -> dict[str, Any]:
    return open_offer(cast) | {"version": 1, "reason": "No such mailbox."}


@tells(note_mail, "org invitation.mailed_again", by="system", asks_nobody=THE_CLOCK)
def its_mail_is_on_its_way_again(cast: Cast) -> dict[str, Any]:
    found = open_offer(cast)
    Invitation.objects.update(mail_failed_at=timezone.now())
    return found | {"version": 1, "reason": ""}


@tells(remind, "2 org invitation.reminded", by="system", asks_nobody=THE_CLOCK)
def two_are_reminded(cast: Cast) -> dict[str, Any]:
    open_offers(cast)
    Invitation.objects.filter(status="pending").update(remind_at=timezone.now() - timedelta(minutes=1))
    return {"organization": cast.org, "batch": uuid7()}


@tells(remind, "org invitation.revoked", by="system", asks_nobody=THE_CLOCK)
def one_is_due_whose_address_a_member_has_by_now(cast: Cast) -> dict[str, Any]:
    invitation = offer(cast.owner, "new@example.org")
    type(cast.stranger).objects.filter(pk=cast.member.user_id).update(email=invitation.email)
    Invitation.objects.filter(pk=invitation.pk).update(remind_at=timezone.now() - timedelta(minutes=1))
    return {"organization": cast.org, "batch": uuid7()}


@tells(accept, "org member.joined", by="stranger")
def somebody_accepts(cast: Cast) -> dict[str, Any]:
    return {"user": cast.stranger, **to_the_stranger(cast)}


@tells(accept, "org member.joined", "2 org group.member_added", by="stranger")
def somebody_accepts_and_comes_into_groups(cast: Cast) -> dict[str, Any]:
    groups = [create_group(actor=acting(cast.owner), organization=cast.org, name=name, description="") for name in "AB"]
    (invitation,) = invite(
        actor=acting(cast.owner),
        organization=cast.org,
        addresses=[cast.stranger.email],
        role=cast.role("member"),
        days=7,
        groups=groups,
    ).done
    return {"user": cast.stranger, "invitation": invitation, "version": invitation.version}


@tells(decline, "org invitation.declined", by="stranger", asks_nobody=THE_LINK)
def somebody_declines(cast: Cast) -> dict[str, Any]:
    return to_the_stranger(cast)


@tells(ask_anew, "org invitation.asked_anew", by="stranger", asks_nobody=THE_LINK)
def somebody_asks_anew(cast: Cast) -> dict[str, Any]:
    found = to_the_stranger(cast)
    expire(found["invitation"])
    return found


@tells(refuse_further, "org invitation.refused_further", "org invitation.declined", by="stranger", asks_nobody=THE_LINK)
def somebody_refuses_further_ones(cast: Cast) -> dict[str, Any]:
    return {"invitation": to_the_stranger(cast)["invitation"], "scope": "here"}


def refused(cast: Cast, scope: Any) -> dict[str, Any]:
    invitation = to_the_stranger(cast)["invitation"]
    refuse_further(actor=cast.actor("stranger"), invitation=invitation, scope=scope)
    return {"email": cast.stranger.email}


@tells(allow_again, "org invitation.allowed_again", by="stranger", asks_nobody="its page is of one's own addresses")
def somebody_takes_invitations_again(cast: Cast) -> dict[str, Any]:
    return refused(cast, "here") | {"organization": cast.org}


@tells(
    allow_again, "stranger invitation.allowed_again", by="stranger", asks_nobody="its page is of one's own addresses"
)
def somebody_takes_those_of_all_again(cast: Cast) -> dict[str, Any]:
    return refused(cast, "everywhere") | {"organization": None}


def expire(invitation: Invitation) -> None:
    """Past its end, and written down as that."""
    rows = Invitation.objects.filter(pk=invitation.pk)
    rows.update(status=InvitationStatus.EXPIRED, expires_at=timezone.now() - timedelta(days=1))
    count_again(invitation.organization)
