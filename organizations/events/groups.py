"""What can happen to groups and to who belongs to them or curates them, in words."""

from audit.events import event

GROUP_CREATED = event(
    "group.created",
    "{actor} created the group {target}",
    many="{actor} created [the group {target}|{target groups}]",
    icon="users-group",
    fields="name description",
)
GROUP_EDITED = event(
    "group.edited",
    "{actor} changed the group {target}",
    many="{actor} changed [the group {target}|{target groups}]",
    icon="pencil",
    fields="name description",
)
GROUP_DELETED = event(
    "group.deleted",
    "{actor} deleted the group {target}",
    leads=True,
    many="{actor} deleted [the group {target}|{target groups}]",
    icon="trash",
    fields="name description people",
)
GROUP_JOINED = event(
    "group.member_added",
    "{actor} put {target} into the group {after_group}",
    many="{actor} added {target people} to {after_group groups}",
    icon="user-plus",
    fields="group",
)
GROUP_LEFT = event(
    "group.member_removed",
    "{actor} took {target} out of the group {before_group}",
    many="{actor} took {target people} out of {before_group groups}",
    icon="user-minus",
    fields="group curates reason",
)
# With what it stood on: the membership, or the group.
PLACE_ENDED = event(
    "group.place_ended",
    "{target} no longer belongs to the group {before_group}",
    many="[{target} no longer belongs|{target people} no longer belong] to {before_group groups}",
    icon="user-minus",
    fields="group curates reason",
)
CURATOR_MADE = event(
    "group.curator_made",
    "{actor} made {target} curator of {after_group}",
    many="{actor} made {target people} curator of {after_group groups}",
    icon="star",
    fields="group",
)
CURATOR_UNMADE = event(
    "group.curator_unmade",
    "{target} no longer curates {before_group}; {actor} ended it",
    many="{target people} no longer curate {before_group groups}; {actor} ended it",
    icon="star",
    fields="group",
)
