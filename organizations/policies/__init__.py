"""Who may do what, and why not. Policies take loaded objects, the actor and the time; they read and write nothing."""

from organizations.policies.decisions import YES, Decision, no
from organizations.policies.grants import holds, may_give
from organizations.policies.members import may_leave
from organizations.policies.seats import has_seats, may_set_seats

__all__ = [
    "YES",
    "Decision",
    "has_seats",
    "holds",
    "may_give",
    "may_leave",
    "may_set_seats",
    "no",
]
