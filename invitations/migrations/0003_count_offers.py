"""Counts the pending invitations to each role into the headcounts, which are kept from now on."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.models import Count


def count_offers(apps: Any, schema_editor: Any) -> None:
    using = schema_editor.connection.alias
    headcounts = apps.get_model("organizations", "Headcount").objects.using(using)
    pending = apps.get_model("invitations", "Invitation").objects.using(using).filter(status="pending").order_by()
    for organization, role, invited in pending.values_list("organization", "role").annotate(invited=Count("pk")):
        if not headcounts.filter(organization=organization, role=role).update(invited=invited):
            headcounts.create(organization_id=organization, role_id=role, invited=invited)


class Migration(migrations.Migration):
    dependencies = [("invitations", "0002_members_table"), ("organizations", "0004_fold_and_count")]

    operations = [migrations.RunPython(count_offers, migrations.RunPython.noop)]
