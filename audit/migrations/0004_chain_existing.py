"""Bind the events that are there already into their chains, as they are now."""

import os
from typing import Any

from django.db import migrations

from audit.canonical import SALT_BYTES, VERSION, beginning_of, link, moment, text_of, told_of_actor, told_of_target

CHUNK = 500


def chain_existing(apps: Any, schema_editor: Any) -> None:
    Chain, Event = apps.get_model("audit", "Chain"), apps.get_model("audit", "Event")
    database = schema_editor.connection.alias
    for chain in Chain.objects.using(database).order_by("id").iterator(chunk_size=CHUNK):
        head, number = beginning_of(chain.id), 0
        rows = Event.objects.using(database).filter(chain_id=chain.id).order_by("number")
        while found := list(rows.filter(number__gt=number)[:CHUNK]):
            for event in found:
                number = event.number
                head = _bind(event, head)
            Event.objects.using(database).bulk_update(found, ["text", "hash", "actor_salt", "target_salt"])
        chain.head = head
        chain.save(using=database, update_fields=["head"])


def _bind(event: Any, head: bytes) -> bytes:
    event.actor_salt, event.target_salt = os.urandom(SALT_BYTES), os.urandom(SALT_BYTES)
    actor = told_of_actor(
        event.actor_salt, event.actor_label, event.on_behalf_of, event.address and str(event.address), event.user_agent
    )
    values = {
        "v": VERSION,
        "id": str(event.id),
        "chain": str(event.chain_id),
        "number": event.number,
        "at": moment(event.at),
        "type": event.type,
        "action": event.action,
        "entity": event.entity,
        "actor_kind": event.actor_kind,
        "actor_id": event.actor_id and str(event.actor_id),
        "actor": actor.digest,
        "target_id": event.target_id and str(event.target_id),
        "target": told_of_target(event.target_salt, event.target_label, {}, {}, ()).digest,
        "before": event.before,
        "after": event.after,
        "personal": [],
        "batch": event.batch and str(event.batch),
        "request_id": event.request_id,
    }
    event.text = text_of(values)
    event.hash = link(head, event.text)
    return bytes(event.hash)


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_chained")]

    operations = [migrations.RunPython(chain_existing, migrations.RunPython.noop)]
