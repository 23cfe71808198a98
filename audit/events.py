"""The catalogue of what can happen. Each app declares its own, with the sentence that is rendered everywhere."""

from dataclasses import dataclass

_kinds: dict[str, "EventKind"] = {}


@dataclass(frozen=True)
class EventKind:
    """`action` is `entity.verb`. `sentence` names `{actor}`, `{target}` and fields as `{before_role}`, `{after_role}`.

    `many` says the same of several events of one change, which may differ: `{target people}` is whom they have in
    common, or how many people they are about; `{events times}` is how many events; `[ as {after_role}|words]` is said
    where they have its fields in common, and otherwise what stands after the bar. A kind that `leads` is what the
    others of its change came with.

    `fields` are those that `before` and `after` may hold: never a token, link, password or note. Of them `personal` are
    those that tell who the target is; they go when that person is erased.
    """

    action: str
    sentence: str
    icon: str
    fields: frozenset[str]
    personal: frozenset[str] = frozenset()
    many: str = ""
    leads: bool = False

    @property
    def entity(self) -> str:
        return self.action.partition(".")[0]


def event(
    action: str,
    sentence: str,
    *,
    many: str = "",
    leads: bool = False,
    icon: str = "history",
    fields: str = "",
    personal: str = "",
) -> EventKind:
    """Declare a kind of event; one action is declared once. `personal` fields are fields as well."""
    if action in _kinds:
        message = f"The event {action} is declared twice."
        raise ValueError(message)
    private = frozenset(personal.split())
    kind = EventKind(action, sentence, icon, frozenset(fields.split()) | private, private, many, leads)
    _kinds[action] = kind
    return kind


def event_kind(action: str) -> EventKind | None:
    return _kinds.get(action)


def event_kinds() -> list[EventKind]:
    return list(_kinds.values())


# The audit log's own: what was taken out of it, and why.
PERSON_ERASED = event(
    "person.erased",
    "{actor} erased from this log who somebody was",
    many="{actor} erased from this log who somebody was",
    icon="user-off",
    fields="reason",
)
EVENTS_REMOVED = event(
    "events.removed",
    "The events before {after_day} were removed, after the time that they are kept for",
    many="Events were removed {events times}, after the time that they are kept for",
    icon="archive",
    fields="day number",
)
