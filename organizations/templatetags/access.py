"""What templates ask: may this membership do that?"""

from __future__ import annotations

from django import template

from organizations import access
from organizations.models import Group, Membership
from organizations.policies import Decision

register = template.Library()


@register.simple_tag
def may(membership: Membership, permission: str, group: Group | None = None) -> Decision:
    """`{% may membership "orders.create" as allowed %}`, then `{% if allowed %}`, and `{{ allowed.reason }}` if not."""
    return access.may(membership, permission, group)
