"""Who may do what, and why not. Policies take loaded objects, the actor and the time; they read and write nothing."""

from organizations.policies.decisions import YES, Decision, no
from organizations.policies.extending import may_answer_extension, may_ask_for_more_time, roles_within_reach
from organizations.policies.grants import by_group_only, holds, may_give, may_give_there
from organizations.policies.groups import (
    may_alter,
    may_create_group,
    may_delete_group,
    may_edit_group,
    may_make_curator,
    may_put_into_group,
    may_set_curators,
    may_take_out_of_group,
    may_unmake_curator,
)
from organizations.policies.members import (
    may_change_role,
    may_deactivate,
    may_edit_details,
    may_leave,
    may_own,
    may_reactivate,
    may_remove,
    may_set_end,
    may_touch,
    owner_stays,
    standing,
    still_here,
)
from organizations.policies.ownership import (
    may_answer_transfer,
    may_appoint_owner,
    may_transfer,
    may_withdraw_transfer,
)
from organizations.policies.roles import (
    may_clone_role,
    may_create_role,
    may_delete_role,
    may_edit_role,
    may_open_for_edit,
)
from organizations.policies.seats import has_seats, may_set_seats
from organizations.policies.settings import may_approve_for_production, may_change_settings, may_require_two_factor

__all__ = [
    "YES",
    "Decision",
    "by_group_only",
    "has_seats",
    "holds",
    "may_alter",
    "may_answer_extension",
    "may_answer_transfer",
    "may_appoint_owner",
    "may_approve_for_production",
    "may_ask_for_more_time",
    "may_change_role",
    "may_change_settings",
    "may_clone_role",
    "may_create_group",
    "may_create_role",
    "may_deactivate",
    "may_delete_group",
    "may_delete_role",
    "may_edit_details",
    "may_edit_group",
    "may_edit_role",
    "may_give",
    "may_give_there",
    "may_leave",
    "may_make_curator",
    "may_open_for_edit",
    "may_own",
    "may_put_into_group",
    "may_reactivate",
    "may_remove",
    "may_require_two_factor",
    "may_set_curators",
    "may_set_end",
    "may_set_seats",
    "may_take_out_of_group",
    "may_touch",
    "may_transfer",
    "may_unmake_curator",
    "may_withdraw_transfer",
    "no",
    "owner_stays",
    "roles_within_reach",
    "standing",
    "still_here",
]
