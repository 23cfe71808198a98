"""What can happen to an account, in words. These events stand in the account's own chain."""

from audit.events import event

SIGNED_UP = event("account.signed_up", "{actor} created the account", icon="user-plus", personal="email")
SUPERUSER_CREATED = event(
    "account.superuser_created",
    "{actor} created the account of {target}, who may do everything in the Django admin",
    icon="user-plus",
    personal="email",
)
SIGNED_IN = event("account.signed_in", "{actor} signed in", icon="login", fields="method")
SIGNED_OUT = event("account.signed_out", "{actor} signed out", icon="logout")
SIGN_IN_FAILED = event("account.sign_in_failed", "A sign-in of {target} failed", icon="lock", fields="method")
PROFILE_CHANGED = event(
    "account.profile_changed",
    "{actor} changed the profile of {target}",
    icon="user-edit",
    fields="time_zone",
    personal="name phone job_title",
)
PASSWORD_CHANGED = event("account.password_changed", "{actor} changed the password", icon="password")
PASSWORD_RESET = event("account.password_reset", "{actor} set a new password by mail", icon="password")
EMAIL_ADDED = event("account.email_added", "{actor} added the address {after_email}", icon="at", personal="email")
EMAIL_CONFIRMED = event(
    "account.email_confirmed", "{actor} confirmed the address {after_email}", icon="mail-check", personal="email"
)
EMAIL_REMOVED = event(
    "account.email_removed", "{actor} removed the address {before_email}", icon="mail-x", personal="email"
)
EMAIL_PRIMARY_CHANGED = event(
    "account.email_primary_changed",
    "{actor} changed the main address from {before_email} to {after_email}",
    icon="mail-forward",
    personal="email",
)
TWO_FACTOR_ENABLED = event("account.two_factor_enabled", "{actor} added an authenticator app", icon="shield-check")
TWO_FACTOR_DISABLED = event("account.two_factor_disabled", "{actor} removed the authenticator app", icon="shield-off")
PASSKEY_ADDED = event(
    "account.passkey_added", "{actor} added the passkey {after_name}", icon="fingerprint", personal="name"
)
PASSKEY_RENAMED = event(
    "account.passkey_renamed",
    "{actor} renamed the passkey {before_name}: {after_name}",
    icon="fingerprint",
    personal="name",
)
PASSKEY_REMOVED = event(
    "account.passkey_removed", "{actor} removed the passkey {before_name}", icon="fingerprint", personal="name"
)
RECOVERY_CODES_MADE = event("account.recovery_codes_made", "{actor} made new recovery codes", icon="key")
ACCOUNT_DEACTIVATED = event("account.deactivated", "{actor} deactivated the account of {target}", icon="ban")
ACCOUNT_REACTIVATED = event("account.reactivated", "{actor} reactivated the account of {target}", icon="user")
ACCOUNT_DELETED = event(
    "account.deleted", "{actor} deleted the account of {target}", icon="user-x", personal="addresses"
)
ACCOUNT_GIVEN_WAY = event(
    "account.given_way",
    "{actor} confirmed the address of {target}, whose account was never opened and is gone",
    icon="user-minus",
)
SESSION_ENDED = event(
    "account.session_ended", "{actor} ended the session {before_device}", icon="logout", personal="device address"
)
RESET_SENT = event(
    "account.password_reset_sent", "{actor} had a link for a new password sent to {target}", icon="password"
)
ADDRESS_MENDED = event(
    "account.address_mended",
    "{actor} changed the sign-in address of {target} from {before_email} to {after_email}",
    icon="mail-forward",
    personal="email",
)
SECOND_FACTOR_MENDED = event(
    "account.second_factor_mended",
    "{actor} took the second factor of {target} away",
    icon="shield-off",
    fields="factors",
)
