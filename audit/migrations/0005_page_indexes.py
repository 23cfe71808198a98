"""How the log finds its pages: by actor, action, kind of thing, time, batch, address and who is behind it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0004_chain_existing"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["chain_id", "actor_id", "-number"], name="audit_event_actor"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["chain_id", "action", "-number"], name="audit_event_action"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["chain_id", "entity", "-number"], name="audit_event_entity"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["chain_id", "at"], name="audit_event_at"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("batch__isnull", False)),
                fields=["chain_id", "batch", "-number"],
                name="audit_event_batch",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("address__isnull", False)),
                fields=["chain_id", "address", "-number"],
                name="audit_event_address",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("type", "USER_ACTION"), _negated=True),
                fields=["chain_id", "type", "-number"],
                name="audit_event_type",
            ),
        ),
    ]
