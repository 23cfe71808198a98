"""What can happen to an invitation, in words."""

from audit.events import event

SENT = event(
    "invitation.sent", "{actor} invited {target} as {after_role}", icon="mail", fields="role expires_at access_ends_at"
)
RESENT = event(
    "invitation.resent",
    "{actor} sent the invitation to {target} again",
    icon="mail-forward",
    fields="version expires_at",
)
REVOKED = event(
    "invitation.revoked", "{actor} revoked the invitation to {target}", icon="mail-x", fields="status reason"
)
DECLINED = event("invitation.declined", "{target} declined the invitation", icon="mail-x", fields="status")
EXPIRED = event("invitation.expired", "The invitation to {target} expired", icon="clock", fields="status")
ROLE_CHANGED = event(
    "invitation.role_changed",
    "{actor} offered {target} the role {after_role} in place of {before_role}",
    icon="shield-lock",
    fields="role version",
)
