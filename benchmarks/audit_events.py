"""Organizations with as many audit events as one asks for, made in the database and kept there."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.models import User
from audit import clock
from audit.actors import Actor, ActorKind
from audit.models import Chain
from organizations.actions.organizations import create_organization
from organizations.models import Organization

ACTORS, TARGETS = 20, 5_000
ACTION = "member.role_changed"  # of which a fifth are
AT_ONCE = 250_000
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"

# Each column of an event, as SQL says it of `i`, its number; `r` is a number that looks random and is always the same.
_COLUMNS = {
    "id": "(lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(i::text), 1, 3)"
    " || '8' || substr(md5(i::text), 4, 15))::uuid",
    "chain_id": "%(chain)s::uuid",
    "number": "i",
    "at": "at",
    "type": "CASE WHEN r %% 50 = 0 THEN 'STAFF_ACTION' WHEN r %% 10 = 1 THEN 'SYSTEM_ACTION' ELSE 'USER_ACTION' END",
    "action": "action",
    "entity": "split_part(action, '.', 1)",
    "actor_kind": "'member'",
    "actor_id": "actor",
    "actor_label": "'Person ' || substr(actor::text, 34)",
    "on_behalf_of": "''",
    "target_id": "target",
    "target_label": "'Person ' || substr(target::text, 34)",
    "before": """'{"role": "Member"}'::jsonb""",
    "after": """'{"role": "Viewer"}'::jsonb""",
    "batch": "CASE WHEN (i / 100) %% 3 = 0 THEN md5((i / 100)::text || %(chain)s)::uuid END",
    "address": "('203.0.113.' || (r / 7) %% 200)::inet",
    "user_agent": f"'{_BROWSER}'",
    "request_id": "md5(i::text)::uuid::text",
    # As long as they are, and nothing that could be verified: the pages do not read them.
    "text": "(SELECT string_agg(md5(i::text || part), '') FROM generate_series(1, 19) AS part)",
    "hash": "decode(md5(i::text) || md5(i::text), 'hex')",
    "actor_salt": "decode(md5(i::text), 'hex')",
    "target_salt": "decode(md5(i::text), 'hex')",
}
_INSERT = f"""
INSERT INTO audit_event ({", ".join(f'"{name}"' for name in _COLUMNS)})
SELECT {", ".join(_COLUMNS.values())}
FROM (
    SELECT i, r, now() - interval '3 years' * (1 - i::float / %(size)s) AS at,
        (ARRAY['member.role_changed', 'member.joined', 'member.deactivated', 'member.details_edited',
               'invitation.sent', 'invitation.sent', 'invitation.resent', 'group.member_added', 'group.member_removed',
               'member.role_changed'])[1 + r %% 10] AS action,
        ('00000000-0000-7000-8000-' || lpad(((r / 11) %% %(actors)s)::text, 12, '0'))::uuid AS actor,
        ('00000000-0000-7000-8000-' || lpad(((r / 13) %% %(targets)s)::text, 12, '0'))::uuid AS target
    FROM (SELECT i, abs(hashint4(i::int) %% 1000000007) AS r FROM generate_series(%(first)s, %(last)s) AS i) AS numbers
) AS rows
"""  # noqa: S608 - names and expressions of our own


def someone() -> UUID:
    """Who did a twentieth of everything, and to whom a little was done."""
    return UUID("00000000-0000-7000-8000-000000000003")


def organization_with(size: int) -> Organization:
    """The one that has about so many events: made, or completed, where it is not there yet."""
    slug = f"audit-{size}"
    organization = Organization.objects.filter(slug=slug).first() or _found(slug)
    chain = Chain.objects.get(pk=organization.pk)
    for first in range(chain.length + 1, size + 1, AT_ONCE):
        last = min(first + AT_ONCE - 1, size)
        values: dict[str, str | int] = {"chain": str(chain.pk), "first": first, "last": last, "size": size}
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, values | {"actors": ACTORS, "targets": TARGETS})
        Chain.objects.filter(pk=chain.pk).update(length=last)
    if chain.length < size:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE audit_event")
    return organization


def _found(slug: str) -> Organization:
    user = User.objects.create_user(f"owner@{slug}.example", None, name=f"Owner of {slug}")
    actor = Actor(kind=ActorKind.MEMBER, label=user.label, id=user.pk)
    with clock.as_of(timezone.now() - timedelta(days=3 * 365 + 1)):
        made = create_organization(actor=actor, user=user, name=slug, slug=slug, scheme="standard")
    return made.organization
