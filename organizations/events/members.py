"""What can happen to the people of an organization, in words."""

from audit.events import event

MEMBER_ADDED = event(
    "member.added",
    "{target} became {after_role}",
    many="{target people} became [{after_role}|members]",
    icon="user-plus",
    fields="role source ends_at",
)
MEMBER_JOINED = event(
    "member.joined",
    "{actor} accepted the invitation and joined as {after_role}",
    many="{events people} accepted the invitation and joined[ as {after_role}]",
    icon="user-plus",
    fields="role source ends_at",
)
# Those who came in without an invitation.
JOINED_BY_DOMAIN = event(
    "member.joined_by_domain",
    "{actor} joined as {after_role}, with an address at a proven domain",
    many="{events people} joined[ as {after_role}], with an address at a proven domain",
    icon="at",
    fields="role source",
)
JOINED_BY_REQUEST = event(
    "member.joined_by_request",
    "{actor} approved the request of {target}, who joined as {after_role}",
    many="{actor} approved [the request of {target}|the requests of {target people}], who joined[ as {after_role}]",
    icon="user-check",
    fields="role source",
)
JOINED_OPENLY = event(
    "member.joined_openly",
    "{actor} joined as {after_role}, without being asked",
    many="{events people} joined[ as {after_role}], without being asked",
    icon="door-enter",
    fields="role source",
)
JOINED_BY_LINK = event(
    "member.joined_by_link",
    "{actor} joined by a link as {after_role}",
    many="{events people} joined by a link[ as {after_role}]",
    icon="link",
    fields="role source",
)
MEMBER_LEFT = event(
    "member.left",
    "{actor} left the organization",
    many="{events people} left the organization",
    icon="user-minus",
    fields="role status",
)
MEMBER_LAPSED = event(
    "member.lapsed",
    "Access of {target} ended as agreed",
    many="Access of {target people} ended as agreed",
    icon="clock",
    fields="status ends_at",
)
MEMBER_DEACTIVATED = event(
    "member.deactivated",
    "{actor} deactivated {target}",
    many="{actor} deactivated {target people}",
    icon="ban",
    fields="status",
)
MEMBER_REACTIVATED = event(
    "member.reactivated",
    "{actor} reactivated {target}",
    many="{actor} reactivated {target people}",
    icon="check",
    fields="status",
)
MEMBER_ACCOUNT_DELETED = event(
    "member.account_deleted",
    "{target} no longer belongs here, since the account is deleted; {actor} did it",
    many="{target people} no longer belong here, since their accounts are deleted; {actor} did it",
    icon="user-minus",
    fields="role status",
)
MEMBER_REMOVED = event(
    "member.removed",
    "{actor} removed {target} from the organization",
    many="{actor} removed {target people} from the organization",
    icon="user-minus",
    fields="role status",
)
DETAILS_EDITED = event(
    "member.details_edited",
    "{actor} changed the contact details of {target}",
    many="{actor} changed the contact details of {target people}",
    icon="pencil",
    personal="own_name job_title phone",
)
END_SET = event(
    "member.end_set",
    "{actor} changed when the access of {target} ends: {after_ends_at}",
    many="{actor} changed when the access of {target people} ends[: {after_ends_at}]",
    icon="clock",
    fields="ends_at",
)
OWNING_FOLLOWED = event(
    "member.owning_followed",
    "Whether {target} owns the organization follows the changed role scheme",
    many="Whether {target people} own the organization follows the changed role scheme",
    icon="crown",
    fields="owns sole_owner ends_at",
)
EXTENSION_ASKED = event(
    "extension.asked",
    "{target} asked for more time",
    many="{target people} asked for more time",
    icon="clock",
    fields="ends_at",
)
EXTENSION_GRANTED = event(
    "extension.granted",
    "{actor} gave {target} more time",
    leads=True,
    many="{actor} gave {target people} more time",
    icon="check",
    fields="ends_at",
)
EXTENSION_REFUSED = event(
    "extension.refused",
    "{actor} gave {target} no more time",
    many="{actor} gave {target people} no more time",
    icon="ban",
    fields="ends_at",
)
# With the membership that it was about: somebody who is gone needs no answer.
EXTENSION_DROPPED = event(
    "extension.dropped",
    "The request of {target} for more time ended with the membership",
    many="[The request of {target}|The requests of {target people}] for more time ended with the membership",
    icon="clock",
    fields="ends_at",
)
RESET_SENT = event(
    "member.password_reset_sent",
    "{actor} had a link for a new password sent to {target}",
    many="{actor} had links for a new password sent to {target people}",
    icon="password",
)
ADDRESS_MENDED = event(
    "member.address_mended",
    "{actor} changed the sign-in address of {target} from {before_email} to {after_email}",
    many="{actor} changed the sign-in address of {target people}",
    icon="mail-forward",
    personal="email",
)
SECOND_FACTOR_MENDED = event(
    "member.second_factor_mended",
    "{actor} took the lost second factor of {target} away",
    many="{actor} took the lost second factor of {target people} away",
    icon="shield-off",
    fields="factors",
)
# What an account's person or staff changed of it, as far as the organization sees it.
NAME_CHANGED = event(
    "member.name_changed",
    "{actor} changed the name of {target}, from {before_name} to {after_name}",
    many="{actor} changed the name of {target people}",
    icon="user-edit",
    personal="name",
)
ADDRESS_CHANGED = event(
    "member.address_changed",
    "{actor} changed the address that {target} signs in with, from {before_email} to {after_email}",
    many="{actor} changed the sign-in address of {target people}",
    icon="mail-forward",
    personal="email",
)
TWO_FACTOR_ON = event(
    "member.two_factor_on",
    "{target} has set up a second factor",
    many="{target people} set up a second factor",
    icon="shield-check",
)
TWO_FACTOR_OFF = event(
    "member.two_factor_off",
    "{target} has no second factor any more; {actor} took it away",
    many="{target people} have no second factor any more; {actor} took it away",
    icon="shield-off",
)
ACCOUNT_OFF = event(
    "member.account_deactivated",
    "{actor} deactivated the account of {target}",
    many="{actor} deactivated the accounts of {target people}",
    icon="ban",
)
ACCOUNT_ON = event(
    "member.account_reactivated",
    "{actor} reactivated the account of {target}",
    many="{actor} reactivated the accounts of {target people}",
    icon="user",
)
ROLE_CHANGED = event(
    "member.role_changed",
    "{actor} changed {target}'s role from {before_role} to {after_role}",
    many="{actor} changed the role of {target people}[ from {before_role}][ to {after_role}]",
    icon="shield-lock",
    fields="role reason",
)
