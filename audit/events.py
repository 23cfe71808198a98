"""The catalogue of what can happen. Each app declares its own, with the sentence that is rendered everywhere."""

from dataclasses import dataclass

_kinds: dict[str, "EventKind"] = {}


@dataclass(frozen=True)
class EventKind:
    """`action` is `entity.verb`. `sentence` names `{actor}`, `{target}` and fields as `{before_role}`, `{after_role}`.

    `fields` are those that `before` and `after` may hold: never a token, link, password or note.
    """

    action: str
    sentence: str
    icon: str
    fields: frozenset[str]

    @property
    def entity(self) -> str:
        return self.action.partition(".")[0]


def event(action: str, sentence: str, *, icon: str = "history", fields: str = "") -> EventKind:
    """Declare a kind of event; one action is declared once."""
    if action in _kinds:
        message = f"The event {action} is declared twice."
        raise ValueError(message)
    kind = EventKind(action, sentence, icon, frozenset(fields.split()))
    _kinds[action] = kind
    return kind


def event_kind(action: str) -> EventKind | None:
    return _kinds.get(action)


def event_kinds() -> list[EventKind]:
    return list(_kinds.values())
