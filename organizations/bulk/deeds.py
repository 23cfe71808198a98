"""Everything that can be done to many people at once."""

from __future__ import annotations

from typing import Any

from organizations.bulk.access_deeds import ChangeRole, Deactivate, Reactivate, Remove, SetEnd
from organizations.bulk.deed import Deed
from organizations.bulk.group_deeds import AddToGroup, RemoveFromGroup

CHANGE_ROLE = ChangeRole()
ADD_TO_GROUP = AddToGroup()
REMOVE_FROM_GROUP = RemoveFromGroup()
SET_END = SetEnd()
DEACTIVATE = Deactivate()
REACTIVATE = Reactivate()
REMOVE = Remove()

# As the bar shows them: what destroys comes last.
DEEDS: tuple[Deed[Any], ...] = (
    CHANGE_ROLE,
    ADD_TO_GROUP,
    REMOVE_FROM_GROUP,
    SET_END,
    DEACTIVATE,
    REACTIVATE,
    REMOVE,
)

BY_KEY = {deed.key: deed for deed in DEEDS}
