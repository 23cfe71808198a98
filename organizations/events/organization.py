"""What can happen to an organization as a whole, in words."""

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
