"""What organizations do when something happens elsewhere."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.dispatch import receiver

from accounts.models import User
from accounts.signals import user_changed
from organizations.models import Membership, Role, sort_name
from organizations.schemes import load_schemes


def write_builtin_roles(sender: Any, using: str, **kwargs: Any) -> None:
    """After migrate: the built-in roles are what the scheme files say."""
    with transaction.atomic(using=using):
        kept = set()
        for one in load_schemes().values():
            for role in one.roles:
                row, _ = Role.objects.using(using).update_or_create(
                    organization=None,
                    scheme=one.key,
                    key=role.key,
                    defaults={
                        "label": role.label,
                        "description": role.description,
                        "caution": role.caution,
                        "elevated": role.elevated,
                        "owns": role.key == one.owner_key,
                        "rank": role.rank,
                        "grants": sorted(role.grants),
                        "retired": False,
                    },
                )
                kept.add(row.pk)
        # A role that a file no longer declares stays for those who hold it, and is offered to nobody.
        Role.objects.using(using).filter(organization=None, retired=False).exclude(pk__in=kept).update(retired=True)


@receiver(user_changed)
def copy_user_to_memberships(sender: Any, user: User, two_factor: bool, **kwargs: Any) -> None:
    """Memberships carry copies of their user's name, address and two-factor state, so that tables need no join."""
    Membership.objects.filter(user=user).update(
        name=user.name, email=user.email, sort_name=sort_name(user.name, user.email), two_factor=two_factor
    )
