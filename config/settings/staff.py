"""How the staff pages look, and what stands in their sidebar (Unfold)."""

from django.templatetags.static import static
from django.urls import reverse_lazy

UNFOLD = {
    "SITE_TITLE": "Roster staff",
    "SITE_HEADER": "Roster staff",
    "SITE_SYMBOL": "groups",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/favicon.svg")}],
    "SHOW_VIEW_ON_SITE": False,
    "COLORS": {
        "primary": {
            "50": "#eef1fe",
            "100": "#dde4fc",
            "200": "#c3ccf8",
            "300": "#b9c4ff",
            "400": "#a9b7ff",
            "500": "#7f92f5",
            "600": "#3a52d4",
            "700": "#3046bb",
            "800": "#2a3668",
            "900": "#192039",
            "950": "#12182c",
        }
    },
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {
                "title": title,
                "separator": True,
                "items": [
                    {"title": name, "icon": symbol, "link": reverse_lazy(f"admin:{page}_changelist")}
                    for name, symbol, page in pages
                ],
            }
            for title, pages in (
                (
                    "People",
                    (
                        ("Accounts", "person", "accounts_user"),
                        ("Email addresses", "alternate_email", "account_emailaddress"),
                        ("Second factors", "fingerprint", "mfa_authenticator"),
                        ("Sessions", "devices", "usersessions_usersession"),
                    ),
                ),
                (
                    "Teams",
                    (
                        ("Organizations", "domain", "organizations_organization"),
                        ("Memberships", "groups", "organizations_membership"),
                        ("Roles", "shield_person", "organizations_role"),
                        ("Groups", "workspaces", "organizations_group"),
                        ("Places in groups", "group_add", "organizations_groupplace"),
                        ("Offers of ownership", "swap_horiz", "organizations_ownershiptransfer"),
                        ("Invitations", "forward_to_inbox", "invitations_invitation"),
                    ),
                ),
                (
                    "Record",
                    (
                        ("Events", "history", "audit_event"),
                        ("Refusals", "block", "audit_refused"),
                        ("Chains", "link", "audit_chain"),
                        ("Seals", "verified", "audit_seal"),
                        ("Purges", "delete_sweep", "audit_purge"),
                        ("Mail", "mail", "mail_mail"),
                    ),
                ),
                ("Staff", (("Groups of staff", "badge", "auth_group"),)),
            )
        ],
    },
}
