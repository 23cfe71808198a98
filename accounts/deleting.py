"""The end of an account: what is done last, when everything else that it had is settled; and what it was known by."""

from __future__ import annotations

from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db.models import Q

from accounts import events
from accounts.actions import end_sessions
from accounts.emails import send_account_deleted
from accounts.models import User
from audit.actors import Actor, ActorKind
from audit.models import Event
from audit.recording import record
from jobs.models import Job, JobState
from mail.models import Mail


def delete(actor: Actor, user: User) -> None:
    """Sign the locked account out, write down that it goes, tell its person, and delete it; for actions that asked.

    Addresses, devices, second factors and what its person had asked Roster to work on go with it.
    """
    end_sessions(actor=actor, user=user, sessions=list(UserSession.objects.filter(user=user)))
    addresses = sorted({user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)})
    record(
        events.ACCOUNT_DELETED,
        actor=actor,
        chain=user.pk,
        target_id=user.pk,
        target_label=user.label,
        before={"addresses": addresses},
    )
    send_account_deleted(user, by=f"{actor.label}, who runs Roster," if actor.kind is ActorKind.STAFF else "")
    # A worker that holds one waits for what is locked here, and is then refused.
    jobs = (
        Job.objects.select_for_update(no_key=True, skip_locked=True)
        .filter(user_id=user.pk)
        .exclude(state=JobState.RUNNING)
    )
    Job.objects.filter(pk__in=list(jobs.values_list("pk", flat=True))).delete()
    User.objects.get(pk=user.pk).delete()  # not the object that others still ask for its id


def known_addresses(person: UUID) -> set[str]:
    """The addresses that an account has, or had as far as the log tells; without those that are another account's."""
    found = set(EmailAddress.objects.filter(user=person).values_list("email", flat=True))
    found |= set(User.objects.filter(pk=person).values_list("email", flat=True))
    for told in Event.objects.filter(target_id=person).order_by().values_list("before", "after"):
        for said in told:
            found |= {said.get("email", ""), *said.get("addresses", ())}
    return {one for one in found - {""} if not User.objects.with_address(one).exclude(pk=person).exists()}


def forget_mails(person: UUID, addresses: set[str], labels: set[str]) -> None:
    """Delete the rows of mails that have left, or never will, where these name the account or its addresses.

    Also those to others that say by one of these labels who asked for them, or did what they tell of.
    """
    about = Q(ids__user=str(person)) | Q(ids__asker=str(person)) | Q(ids__to__in=sorted(addresses))
    for label in labels:
        about |= Q(ids__by__startswith=f"{label} of ") | Q(ids__by__startswith=f"{label}, who runs ")
    Mail.objects.exclude(state__in=Mail.OPEN).filter(about).delete()
