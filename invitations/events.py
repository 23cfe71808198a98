"""What can happen to an invitation, in words."""

from audit.events import event

SENT = event(
    "invitation.sent",
    "{actor} invited {target} as {after_role}",
    many="{actor} invited {target people}[ as {after_role}]",
    icon="mail",
    fields="role expires_at access_ends_at groups",
)
RESENT = event(
    "invitation.resent",
    "{actor} sent the invitation to {target} again",
    many="{actor} sent [the invitation to {target}|{target invitations}] again",
    icon="mail-forward",
    fields="version expires_at status",
)
EXTENDED = event(
    "invitation.extended",
    "{actor} lets the invitation to {target} stand for longer",
    many="{actor} lets [the invitation to {target}|{target invitations}] stand for longer",
    icon="clock",
    fields="expires_at",
)
MAIL_FAILED = event(
    "invitation.mail_failed",
    "The mail with the invitation to {target} did not go out",
    many="[The mail with the invitation to {target}|The mails with {target invitations}] did not go out",
    icon="mail-x",
    fields="reason",
)
MAILED_AGAIN = event(
    "invitation.mailed_again",
    "{actor} sent the mail with the invitation to {target} once more",
    many="{actor} sent [the mail with the invitation to {target}|the mails with {target invitations}] once more",
    icon="mail-forward",
)
REMINDED = event(
    "invitation.reminded",
    "{target} was reminded of the invitation",
    many="[{target} was|{target people} were] reminded of the invitation",
    icon="bell",
    fields="remind_at",
)
ASKED_ANEW = event(
    "invitation.asked_anew",
    "{target} asked for a new invitation in place of the expired one",
    many="{target people} asked for a new invitation in place of the expired one",
    icon="mail-question",
)
REFUSED_FURTHER = event(
    "invitation.refused_further",
    "{target} asked for no more invitations",
    many="{target people} asked for no more invitations",
    icon="mail-off",
    fields="scope",
)
ALLOWED_AGAIN = event(
    "invitation.allowed_again",
    "{target} takes invitations again",
    many="{target people} allowed invitations again",
    icon="mail-check",
    fields="scope",
)
REVOKED = event(
    "invitation.revoked",
    "{actor} revoked the invitation to {target}",
    many="{actor} revoked [the invitation to {target}|{target invitations}]",
    icon="mail-x",
    fields="status reason",
)
DECLINED = event(
    "invitation.declined",
    "{target} declined the invitation",
    many="{target people} declined the invitation",
    icon="mail-x",
    fields="status",
)
EXPIRED = event(
    "invitation.expired",
    "The invitation to {target} expired",
    many="[The invitation to {target}|{target invitations}] expired",
    icon="clock",
    fields="status",
)
ROLE_CHANGED = event(
    "invitation.role_changed",
    "{actor} offered {target} the role {after_role} in place of {before_role}",
    many="{actor} offered {target people} [the role {after_role}|other roles][ in place of {before_role}]",
    icon="shield-lock",
    fields="role version",
)
