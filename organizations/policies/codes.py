"""What the code of a no means: whether it is for lack of permission, and so written down where somebody tried.

Every code of a policy stands in one of these two.
"""

# Because of who asks: what they hold, whose it is, or a rule that nobody gets round.
LACKS_PERMISSION = frozenset({
    "by_name", "more_than_own", "no_permission", "not_a_person", "not_allowed", "not_approved", "not_by_hand",
    "not_oneself", "not_proven", "not_yours", "other", "other_organization", "other_person", "own_end", "own_role",
    "owners_alone", "reserved", "staff", "staff_alone", "superior", "transfer_only",
})  # fmt: skip

# Because of how things stand, or of what was typed: whoever asks is told the same, or there is another way for them.
OTHERWISE = frozenset({
    "accepted", "access_ended", "access_ends", "account_inactive", "active", "already", "already_member", "answered",
    "ask", "asked_already", "at_once", "built_in", "changed", "closed", "curates", "days", "deactivated", "declined",
    "domain", "earlier", "ended", "ends", "expired", "final", "gone", "invited", "inviter_may_not", "last_owner",
    "limit", "meanwhile", "member", "no_address", "no_end", "no_pages", "no_role", "no_seat", "not_active",
    "not_expired", "not_in_group", "not_later", "not_more", "not_open", "not_pending", "not_trusted", "note", "nothing",
    "nothing_asked", "oneself", "opener", "other_address", "owner", "past", "public", "refused", "retired", "revoked",
    "same", "scope", "several_owners", "taken", "too_early", "too_far", "too_late", "too_long", "too_many",
    "too_often", "trial_cap", "two_factor", "unknown", "unverified", "used", "uses",
})  # fmt: skip
