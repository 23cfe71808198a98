"""What can happen to organizations, their people, roles and groups, in words."""

from audit.events import event

ORGANIZATION_CREATED = event(
    "organization.created",
    "{actor} created the organization {target}",
    many="{actor} created {target organizations}",
    icon="plus",
    fields="name slug scheme",
)
ORGANIZATION_RENAMED = event(
    "organization.renamed",
    "{actor} renamed the organization from {before_name} to {after_name}",
    many="{actor} renamed the organization {events times}",
    fields="name",
)
SEATS_CHANGED = event(
    "organization.seats_changed",
    "{actor} changed the seats from {before_seats} to {after_seats}",
    many="{actor} changed the seats {events times}",
    icon="armchair",
    fields="seats",
)
PLAN_CHANGED = event(
    "organization.plan_changed",
    "{actor} changed the plan of {target}",
    many="{actor} changed the plan {events times}",
    icon="armchair",
    fields="plan addresses notes",
)
MORE_ASKED = event(
    "organization.more_asked",
    "{actor} asked for a larger plan",
    many="{actor} asked for a larger plan {events times}",
    icon="armchair",
    fields="seats addresses",
)
DOMAINS_RESTRICTED = event(
    "organization.domains_restricted",
    "{actor} changed whose addresses may be invited to {target}",
    many="{actor} changed whose addresses may be invited {events times}",
    icon="at",
    fields="domains",
)
REMINDERS_SWITCHED = event(
    "organization.reminders_switched",
    "{actor} changed whether invitations are reminded of: {after_reminders}",
    many="{actor} changed whether invitations are reminded of {events times}",
    icon="bell",
    fields="reminders",
)
TWO_FACTOR_REQUIRED = event(
    "organization.two_factor_required",
    "{actor} requires a second factor of everyone in {target}",
    many="{actor} required a second factor of everyone {events times}",
    icon="shield-check",
    fields="required",
)
TWO_FACTOR_OPTIONAL = event(
    "organization.two_factor_optional",
    "{actor} no longer requires a second factor in {target}",
    many="{actor} stopped requiring a second factor {events times}",
    icon="shield-check",
    fields="required",
)
PRODUCTION_APPROVED = event(
    "organization.production_approved",
    "{actor} approved {target} for production",
    many="{actor} approved production {events times}",
    icon="check",
    fields="approved",
)
PRODUCTION_WITHDRAWN = event(
    "organization.production_withdrawn",
    "{actor} withdrew the approval of {target} for production",
    many="{actor} withdrew the approval for production {events times}",
    icon="ban",
    fields="approved",
)

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
MEMBERS_EXPORTED = event(
    "members.exported",
    "{actor} exported the members",
    many="{actor} exported the members {events times}",
    icon="download",
    fields="filter",
)
AUDIT_LOG_EXPORTED = event(
    "audit_log.exported",
    "{actor} exported the audit log as {after_format}",
    many="{actor} exported the audit log {events times}",
    icon="download",
    fields="filter format",
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
ROLE_CHANGED = event(
    "member.role_changed",
    "{actor} changed {target}'s role from {before_role} to {after_role}",
    many="{actor} changed the role of {target people}[ from {before_role}][ to {after_role}]",
    icon="shield-lock",
    fields="role reason",
)

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

OWNERSHIP_OFFERED = event(
    "ownership.offered",
    "{actor} offered {target} to own the organization",
    many="{actor} offered {target people} to own the organization",
    icon="crown",
    fields="expires_at",
)
OWNERSHIP_WITHDRAWN = event(
    "ownership.withdrawn",
    "{actor} withdrew the offer to {target} to own the organization",
    many="{actor} withdrew [the offer to {target}|the offers to {target people}] to own the organization",
    icon="crown",
    fields="status reason",
)
OWNERSHIP_REFUSED = event(
    "ownership.refused",
    "{target} did not want to own the organization",
    many="{target people} did not want to own the organization",
    icon="crown",
    fields="status",
)
OWNERSHIP_EXPIRED = event(
    "ownership.expired",
    "The offer to {target} to own the organization ended",
    many="[The offer to {target}|The offers to {target people}] to own the organization ended",
    icon="clock",
    fields="status",
)
# Who owned it before is told by the change of their role: an event names one person, so that each can be erased.
OWNERSHIP_MOVED = event(
    "ownership.moved",
    "Ownership moved to {target}; {actor} did it",
    many="{actor} moved the ownership[ to {target}]",
    icon="crown",
)

DOMAIN_ADDED = event(
    "domain.added",
    "{actor} named {target} as a domain of the organization",
    many="{actor} named [{target} as a domain|{target domains}] of the organization",
    icon="at",
)
DOMAIN_REMOVED = event(
    "domain.removed",
    "{actor} took the domain {target} off the list",
    many="{actor} took [the domain {target}|{target domains}] off the list",
    icon="at",
    fields="proven",
)
DOMAIN_PROVEN = event(
    "domain.proven",
    "{actor} noted that {target} is the organization's own domain",
    many="{actor} noted that [{target} is the organization's own domain|{target domains} are the organization's own]",
    icon="at",
    fields="by",
)
DOMAIN_NOT_FOUND = event(
    "domain.not_found",
    "{actor} did not find the record that proves the domain {target}",
    many="{actor} did not find what proves [the domain {target}|{target domains}]",
    icon="at",
    fields="answer",
)
DOMAIN_UNPROVEN = event(
    "domain.unproven",
    "{actor} withdrew the proof of the domain {target}",
    many="{actor} withdrew the proof of [the domain {target}|{target domains}]",
    icon="at",
    fields="reason",
)
