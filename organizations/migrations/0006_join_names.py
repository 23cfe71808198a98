"""Writes what people are found by anew: a name also as one line, so that an index finds the end of one word and the next."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from organizations.models.texts import text_of

CHUNK = 2_000


def fold_again(apps: Any, schema_editor: Any) -> None:
    using = schema_editor.connection.alias
    Membership, MembershipText = (apps.get_model("organizations", name) for name in ("Membership", "MembershipText"))
    texts = MembershipText.objects.using(using)
    rows = Membership.objects.using(using).order_by("pk").values_list("pk", "organization_id", "name", "email")
    last = None
    while chunk := list((rows.filter(pk__gt=last) if last else rows)[:CHUNK]):
        texts.bulk_create(
            [
                MembershipText(membership_id=key, organization_id=organization, text=text_of(name, email))
                for key, organization, name, email in chunk
            ],
            update_conflicts=True,
            unique_fields=["membership"],
            update_fields=["text"],
        )
        last = chunk[-1][0]


class Migration(migrations.Migration):
    dependencies = [("organizations", "0005_lighter_memberships")]

    operations = [migrations.RunPython(fold_again, migrations.RunPython.noop)]
