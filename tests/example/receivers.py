"""What the example product does when Roster changes who belongs."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from organizations.models import Membership, Organization
from organizations.signals import member_removed
from tests.example.models import Task


@receiver(member_removed)
def unassign_tasks(sender: object, organization: Organization, membership: Membership, **more: Any) -> None:
    Task.objects.filter(organization=organization, assignee=membership.user_id).update(assignee=None)
