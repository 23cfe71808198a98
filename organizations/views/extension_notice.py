"""What a page says of more time: that one can ask for it, what came of that, or that somebody waits for an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from audit.actors import Actor
from organizations.models import Extension, ExtensionStatus, Membership
from organizations.policies import may_answer_extension, may_ask_for_more_time
from organizations.policies.members import is_oneself


@dataclass(frozen=True)
class ExtensionNotice:
    """For `organizations/extension_notice.html`. `extension` is the request, where there is one for this end."""

    person: Membership
    own: bool
    is_over: bool
    extension: Extension | None

    @property
    def is_refused(self) -> bool:
        return self.extension is not None and self.extension.status == ExtensionStatus.REFUSED


def build_notice(actor: Actor, person: Membership, at: datetime) -> ExtensionNotice | None:
    """One query where the person's access has an end and there may be something to say; None where there is not."""
    if person.ends_at is None:
        return None
    own = is_oneself(actor, person)
    if not (may_ask_for_more_time(actor, person, at) if own else may_answer_extension(actor, person)):
        return None
    asked = person.extensions.order_by("-id")
    if own:
        # What was granted of this very end has been taken back since: it can be asked again.
        extension = asked.filter(ended_then=person.ends_at).exclude(status=ExtensionStatus.GRANTED).first()
    else:
        extension = asked.filter(status=ExtensionStatus.PENDING).first()
    if not own and extension is None:
        return None
    return ExtensionNotice(person, own, person.ends_at <= at, extension)
