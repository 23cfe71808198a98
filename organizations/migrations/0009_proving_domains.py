"""Keeps how a domain is proven. What staff have proven stays; every domain gets a token of its own for its record."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

import organizations.models.domains


def name_the_provers(apps: Any, schema_editor: Any) -> None:
    domains = apps.get_model("organizations", "Domain").objects.using(schema_editor.connection.alias)
    domains.filter(proven_at__isnull=False).update(proven_by="staff")
    for domain in domains.all():
        domain.token = organizations.models.domains.new_token()
        domain.save(update_fields=["token"])


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0008_plans"),
    ]

    operations = [
        migrations.AddField(
            model_name="domain",
            name="answer",
            field=models.CharField(
                blank=True,
                choices=[
                    ("found", "The record is there."),
                    ("no_record", "There is no TXT record at that name."),
                    ("other_value", "There is a TXT record at that name, but with another value."),
                    ("no_name", "That name does not exist in DNS."),
                    ("no_answer", "The DNS servers did not answer."),
                    ("taken", "The record is there, but the domain is proven to be another organization's already."),
                ],
                editable=False,
                max_length=11,
                verbose_name="last answer",
            ),
        ),
        migrations.AddField(
            model_name="domain",
            name="asked_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="asked last"),
        ),
        migrations.AddField(
            model_name="domain",
            name="due_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="asked next"),
        ),
        migrations.AddField(
            model_name="domain",
            name="misses",
            field=models.PositiveSmallIntegerField(
                default=0,
                editable=False,
                help_text="How many times in a row the record of a proven domain was not there.",
            ),
        ),
        migrations.AddField(
            model_name="domain",
            name="missing_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="domain",
            name="proven_by",
            field=models.CharField(
                blank=True,
                choices=[("dns", "A record in its DNS"), ("staff", "Those who run Roster")],
                editable=False,
                max_length=5,
            ),
        ),
        migrations.AddField(
            model_name="domain",
            name="token",
            field=models.CharField(default=organizations.models.domains.new_token, editable=False, max_length=64),
        ),
        migrations.RunPython(name_the_provers, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="membership",
            name="source",
            field=models.CharField(
                choices=[
                    ("founded", "Created the organization"),
                    ("invitation", "Accepted an invitation"),
                    ("domain", "Joined by a proven domain"),
                    ("request", "Asked to join"),
                    ("open", "Joined openly"),
                    ("link", "Joined with a link"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="domain",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="organizations_domain_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="domain",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("proven_at__isnull", True), ("proven_by", "")),
                    models.Q(("proven_at__isnull", False), models.Q(("proven_by", ""), _negated=True)),
                    _connector="OR",
                ),
                name="organizations_domain_proven_by",
            ),
        ),
    ]
