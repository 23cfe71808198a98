"""Fills what the members table is found, sorted and counted by; on PostgreSQL, with the index for parts of names."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations
from django.db.models import Count, Q

from organizations.models.texts import text_of

CHUNK = 2_000


def fold_names(apps: Any, schema_editor: Any) -> None:
    using = schema_editor.connection.alias
    Membership = apps.get_model("organizations", "Membership")
    MembershipText = apps.get_model("organizations", "MembershipText")
    rows = Membership.objects.using(using).values_list("pk", "organization_id", "name", "email")
    texts = []
    for key, organization, name, email in rows.iterator(chunk_size=CHUNK):
        texts.append(MembershipText(membership_id=key, organization_id=organization, text=text_of(name, email)))
        if len(texts) == CHUNK:
            MembershipText.objects.using(using).bulk_create(texts)
            texts = []
    MembershipText.objects.using(using).bulk_create(texts)


def copy_sort_names(apps: Any, schema_editor: Any) -> None:
    places = apps.get_model("organizations", "GroupPlace").objects.using(schema_editor.connection.alias)
    changed = []
    for place in places.select_related("membership").iterator(chunk_size=CHUNK):
        place.sort_name = place.membership.sort_name
        changed.append(place)
        if len(changed) == CHUNK:
            places.bulk_update(changed, ["sort_name"])
            changed = []
    places.bulk_update(changed, ["sort_name"])


def count_heads(apps: Any, schema_editor: Any) -> None:
    using = schema_editor.connection.alias
    Membership, Headcount = (apps.get_model("organizations", name) for name in ("Membership", "Headcount"))
    rows = Membership.objects.using(using).order_by().values_list("organization", "role")
    counted = rows.annotate(
        active=Count("pk", filter=Q(status="active")), deactivated=Count("pk", filter=Q(status="deactivated"))
    )
    Headcount.objects.using(using).bulk_create(
        Headcount(organization_id=organization, role_id=role, active=active, deactivated=deactivated)
        for organization, role, active, deactivated in counted
    )


def add_trigram_index(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute(
        "CREATE INDEX organizations_text_trigrams ON organizations_membershiptext USING gin (text gin_trgm_ops)"
    )
    # Whether the index is walked or the rows are read follows from how common a text is: the sample has to be large.
    schema_editor.execute("ALTER TABLE organizations_membershiptext ALTER COLUMN text SET STATISTICS 1000")


class Migration(migrations.Migration):
    dependencies = [("organizations", "0003_members_table")]

    operations = [
        TrigramExtension(),
        migrations.RunPython(add_trigram_index, migrations.RunPython.noop),
        migrations.RunPython(fold_names, migrations.RunPython.noop),
        migrations.RunPython(copy_sort_names, migrations.RunPython.noop),
        migrations.RunPython(count_heads, migrations.RunPython.noop),
    ]
