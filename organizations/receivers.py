"""What organizations do when something happens elsewhere."""

from __future__ import annotations

import sys
from typing import Any, TextIO
from uuid import UUID

from django.apps.registry import Apps
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Exists, OuterRef
from django.dispatch import receiver

from accounts.models import User
from accounts.signals import account_switched, user_changed
from audit.actions import now
from audit.actors import SYSTEM, Actor
from audit.erasing import ERASED
from audit.models import Chain, Event
from jobs.models import Job, JobState
from organizations import builtin_roles
from organizations.actions.following import follow_user, tell_of_account
from organizations.actions.following_schemes import follow_schemes, out_of_step
from organizations.bulk.reports import without_names
from organizations.models import Extension, Membership, Organization, OwnershipTransfer, Role
from organizations.signals import forgetting, unnaming


def write_builtin_roles(sender: Any, using: str, verbosity: int = 1, apps: Apps | None = None, **kwargs: Any) -> None:
    """After migrate: built-in roles are what the files say, who owns follows, and what no longer fits is said."""
    if apps is not None and not _has_all_columns(apps):
        return  # an earlier migration was asked for; the next one to the newest writes them
    with transaction.atomic(using=using):
        builtin_roles.write(using)
        if using == DEFAULT_DB_ALIAS and (organizations := out_of_step(now())):
            follow_schemes(actor=SYSTEM, organizations=organizations)
    if verbosity:
        stdout: TextIO = kwargs.get("stdout") or sys.stdout
        for role, grant in builtin_roles.vanished(using):
            stdout.write(f"{builtin_roles.vanished_sentence(role, grant)}\n")
        for sentence in builtin_roles.undeclared(using):
            stdout.write(f"{sentence}\n")


def _has_all_columns(apps: Apps) -> bool:
    """Whether the database, as these migrations left it, has every column that is read and written here."""
    there = {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
    }
    return there >= {
        (model._meta.db_table, field.column)
        for model in (Role, Membership, Organization, Chain, Event)
        for field in model._meta.local_concrete_fields
    }


@receiver(user_changed)
def copy_user_to_memberships(sender: Any, user: User, two_factor: bool, actor: Actor, **kwargs: Any) -> None:
    """Memberships carry copies of their user's name, address and two-factor state, so that tables need no join."""
    follow_user(user, two_factor=two_factor, actor=actor)


@receiver(account_switched)
def tell_their_organizations(sender: Any, user: User, actor: Actor, **kwargs: Any) -> None:
    """That somebody cannot act any more, or can again, concerns those whom they belong to."""
    tell_of_account(user, actor=actor)


@receiver(unnaming)
def unname_their_answers(sender: Any, person: UUID, **kwargs: Any) -> None:
    """Offers of ownership and answers of theirs."""
    OwnershipTransfer.objects.filter(from_user=person).update(from_label=ERASED)
    OwnershipTransfer.objects.filter(to_user=person).update(to_label=ERASED)
    Extension.objects.filter(answered_by=person).update(answerer_label=ERASED)


@receiver(forgetting)
def forget_their_labels(sender: Any, labels: set[str], organizations: set[UUID], **kwargs: Any) -> None:
    """Offers of ownership, answers and roles of theirs stay, and say no more whose they were."""
    for field in ("from", "to"):
        theirs = {f"{field}_user": None, f"{field}_label__in": labels, "organization__in": organizations}
        OwnershipTransfer.objects.filter(**theirs).update(**{f"{field}_label": ERASED})
    answered = Extension.objects.filter(answered_by=None, answerer_label__in=labels, organization__in=organizations)
    answered.update(answerer_label=ERASED)
    # Of a role it is the name alone that tells: where somebody who is here has the same, it is theirs.
    here = Membership.objects.filter(organization=OuterRef("organization"), name=OuterRef("changed_by"))
    roles = Role.objects.filter(~Exists(here), organization__in=organizations, changed_by__in=labels)
    roles.update(changed_by=ERASED)


@receiver(forgetting)
def forget_them_in_reports(
    sender: Any, addresses: set[str], labels: set[str], organizations: set[UUID], **kwargs: Any
) -> None:
    """What came of changes of many names those who were passed over. What a worker holds is left to it."""
    names = addresses | labels
    jobs = Job.objects.select_for_update(no_key=True, skip_locked=True).filter(place_id__in=organizations)
    for job in jobs.exclude(state=JobState.RUNNING).only("report", "reason").iterator():
        before = (job.report, job.reason)
        job.report, job.reason = (without_names(said, names, ERASED) for said in before)
        if (job.report, job.reason) != before:
            job.save(update_fields=["report", "reason"])
