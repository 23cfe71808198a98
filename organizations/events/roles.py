"""What can happen to the roles of an organization, in words."""

from audit.events import event

ROLE_CREATED = event(
    "role.created",
    "{actor} created the role {target}",
    many="{actor} created [the role {target}|{target roles}]",
    icon="shield-lock",
    fields="label description grants like",
)
ROLE_EDITED = event(
    "role.edited",
    "{actor} changed what the role {target} may do",
    many="{actor} changed what [the role {target}|{target roles}] may do",
    icon="pencil",
    fields="label description elevated caution grants holders",
)
ROLE_DELETED = event(
    "role.deleted",
    "{actor} deleted the role {target}",
    leads=True,
    many="{actor} deleted [the role {target}|{target roles}]",
    icon="trash",
    fields="label description grants moved_to",
)
