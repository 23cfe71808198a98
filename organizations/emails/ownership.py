"""The mails about who owns an organization."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as format_time

from accounts.models import User
from audit.actions import now
from mail.kinds import Message, register
from mail.outbox import NewMail, enqueue_many
from mail.rendering import render
from organizations.models import OwnershipTransfer, TransferStatus


@dataclass(frozen=True)
class Fact:
    """What happened to a transfer, in words; it is no longer told once the transfer's status is another one."""

    status: TransferStatus
    subject: str
    sentence: str
    next_step: str
    button: str


FACTS = {
    "offered": Fact(
        TransferStatus.PENDING,
        "{from_label} offers you to own {organization}",
        "{from_label} would like to hand {organization} to you. The owner may do everything there, deleting the "
        "organization included.",
        "Nothing changes until you accept. The offer is open until {until}.",
        "See the offer",
    ),
    "withdrawn": Fact(
        TransferStatus.WITHDRAWN,
        "{organization} is no longer offered to you",
        "The offer to own {organization} was withdrawn.",
        "There is nothing for you to do.",
        "Open {organization}",
    ),
    "refused": Fact(
        TransferStatus.REFUSED,
        "{to_label} does not want to own {organization}",
        "{to_label} did not accept {organization}, so it stays as it is.",
        "You can offer it to someone else.",
        "Open {organization}",
    ),
    "moved": Fact(
        TransferStatus.ACCEPTED,
        "{organization} belongs to {to_label} now",
        "Ownership of {organization} moved from {from_label} to {to_label}. {from_label} stays as {former_role}.",
        "If nobody told you of this, ask {to_label} or {from_label}.",
        "Open {organization}",
    ),
}


def send_offer(transfer: OwnershipTransfer) -> None:
    _queue("offered", transfer, [transfer.to_user_id])


def send_withdrawn(transfer: OwnershipTransfer) -> None:
    _queue("withdrawn", transfer, [transfer.to_user_id])


def send_refused(transfer: OwnershipTransfer) -> None:
    _queue("refused", transfer, [transfer.from_user_id])


def send_moved(transfer: OwnershipTransfer) -> None:
    """Tell every owner and everyone who runs the team."""
    organization = transfer.organization
    people = organization.memberships.running(now()).values_list("user_id", flat=True)
    _queue("moved", transfer, people)


def build(fact: str, ids: dict[str, str]) -> Message | None:
    """The mail, or None where it is no longer true or its reader no longer belongs here."""
    transfer = OwnershipTransfer.objects.select_related("organization").filter(pk=ids["transfer"]).first()
    user = User.objects.filter(pk=ids["user"], is_active=True).first()
    told = FACTS[fact]
    if transfer is None or user is None or transfer.status != told.status:
        return None
    if told.status == TransferStatus.PENDING and not transfer.is_open_at(timezone.now()):
        return None
    organization = transfer.organization
    if not organization.memberships.active(timezone.now()).filter(user=user).exists():
        return None
    former = organization.rules.by_key.get(organization.rules.former_owner_key or "")
    with timezone.override(user.time_zone):
        words = {
            "organization": organization.name,
            "from_label": transfer.from_label or "nobody",
            "to_label": transfer.to_label,
            "former_role": former.label if former else "member",
            "until": f"{format_time(timezone.localtime(transfer.expires_at), 'j F Y, H:i')} ({user.time_zone})",
        }
    page = "organizations:ownership" if fact == "offered" else "team:overview"
    context = {
        "user": user,
        "subject": told.subject.format(**words),
        "sentence": told.sentence.format(**words),
        "next_step": told.next_step.format(**words),
        "button": told.button.format(**words),
        "link": settings.BASE_URL + reverse(page, args=[organization.slug]),
        "organization": organization,
    }
    return render("organizations/email/ownership", context, to=user.email)


def register_all() -> None:
    for fact in FACTS:
        register(f"organizations.ownership_{fact}", partial(build, fact))


def _queue(fact: str, transfer: OwnershipTransfer, users: Iterable[object]) -> None:
    enqueue_many(
        [
            NewMail(
                f"organizations.ownership_{fact}",
                f"ownership:{fact}:{transfer.pk}:{user}",
                {"transfer": str(transfer.pk), "user": str(user)},
            )
            for user in users
            if user
        ]
    )
