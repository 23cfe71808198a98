"""Who may do what with invitations, and why not."""

from invitations.policies.answering import may_accept, may_answer, may_ask_anew, may_decline
from invitations.policies.offering import (
    LONGEST_OFFER,
    may_correct,
    may_end,
    may_extend,
    may_invite,
    may_last,
    may_offer,
    may_offer_instead,
    may_offer_places,
    may_resend,
    may_revoke,
    may_say,
    still_open,
)

__all__ = [
    "LONGEST_OFFER",
    "may_accept",
    "may_answer",
    "may_ask_anew",
    "may_correct",
    "may_decline",
    "may_end",
    "may_extend",
    "may_invite",
    "may_last",
    "may_offer",
    "may_offer_instead",
    "may_offer_places",
    "may_resend",
    "may_revoke",
    "may_say",
    "still_open",
]
