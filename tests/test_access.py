"""Who may open and press what: every page of an organization, for everyone, as a table."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User
from audit.models import Event
from invitations.models import Invitation, JoinLink, JoinRequest, WayIn
from mail.models import Mail
from organizations.models import Domain, Extension, Group, GroupPlace, Membership, Organization, Role
from tests.factories import UserFactory, count_again, end_at, give_role, join, offer
from tests.witness import undone, written

PEOPLE = [
    "owner", "admin", "member", "viewer", "roleless", "deactivated", "lapsed", "outsider", "staff", "stranger",
    "nobody",
]  # fmt: skip

# An outsider is told nothing, not even that there is such an organization: 404. A member without the permission is
# told why: 403. Nobody is asked to sign in: 302 to the sign-in page. 405 is a page that has no button.
#                              owner admin memb. view. no role deact. lapsed out. staff stra. nobody
GET = {
    "team:overview":          "200   200   200   200   403     403    403    404  404   404    302",
    "team:members":           "200   200   200   200   403     403    403    404  404   404    302",
    "team:export":            "200   200   200   200   403     403    403    404  404   404    302",
    "team:member_choices":    "200   200   200   200   403     403    403    404  404   404    302",
    "team:person":            "200   200   200   200   403     403    403    404  404   404    302",
    "team:person_menu":       "200   200   200   200   403     403    403    404  404   404    302",
    "team:person_history":    "200   200   403   403   403     403    403    404  404   404    302",
    "team:invitation_menu":   "200   200   200   403   403     403    403    404  404   404    302",
    "team:access":            "200   200   200   200   403     403    403    404  404   404    302",
    "team:who":               "200   200   200   200   403     403    403    404  404   404    302",
    "team:audit":             "200   200   403   403   403     403    403    404  404   404    302",
    "team:audit_proof":       "200   200   403   403   403     403    403    404  404   404    302",
    "team:audit_choices":     "200   200   403   403   403     403    403    404  404   404    302",
    "team:role_history":      "200   200   403   403   403     403    403    404  404   404    302",
    "team:group_history":     "200   200   403   403   403     403    403    404  404   404    302",
    "team:audit_export":      "200   200   403   403   403     403    403    404  404   404    302",
    "team:refused":           "200   200   403   403   403     403    403    404  404   404    302",
    "invitations:list":       "200   200   200   403   403     403    403    404  404   404    302",
    "invitations:create":     "200   200   403   403   403     403    403    404  404   404    302",
    "invitations:invite_list":          "404   404   403   403   403     403    403    404  404   404    302",
    "invitations:invite_list_download": "404   404   403   403   403     403    403    404  404   404    302",
    "team:invitation":        "200   200   200   403   403     403    403    404  404   404    302",
    "invitations:resend":     "200   200   403   403   403     403    403    404  404   404    302",
    "invitations:extend":     "200   200   403   403   403     403    403    404  404   404    302",
    "invitations:correct":    "200   200   403   403   403     403    403    404  404   404    302",
    "invitations:many":       "302   302   302   403   403     403    403    404  404   404    302",
    "invitations:many_job":   "404   404   404   403   403     403    403    404  404   404    302",
    "invitations:change_role":"200   200   403   403   403     403    403    404  404   404    302",
    "invitations:revoke":     "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:switch":   "200   200   200   200   200     403    403    404  404   404    302",
    "organizations:leave":    "200   200   200   200   200     200    200    404  404   404    302",
    "organizations:roles":          "200   200   200   200   403     403    403    404  404   404    302",
    "organizations:role":           "200   200   200   200   403     403    403    404  404   404    302",
    "organizations:role_menu":      "200   200   200   200   403     403    403    404  404   404    302",
    "organizations:role_compare":   "200   200   200   200   403     403    403    404  404   404    302",
    "organizations:role_create":    "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:role_clone":     "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:role_edit":      "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:role_delete":    "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:groups":            "200   200   200   200   403     403    403    404  404   404    302",
    "organizations:group_create":      "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:group":             "200   200   200   200   403     403    403    404  404   404    302",
    "organizations:group_edit":        "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:group_delete":      "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:group_add":         "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:group_remove":      "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:group_curator":     "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:change_role":       "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:person_edit":       "200   200   200   403   403     403    403    404  404   404    302",
    "organizations:person_groups":   "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:person_end":      "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:person_deactivate": "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:person_reactivate": "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:person_remove":   "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:person_password_reset": "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:person_sign_in": "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:person_address": "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:person_second_factor": "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:settings":          "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:two_factor":        "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:ownership":         "200   200   200   200   403     403    403    404  404   404    302",
    "organizations:ownership_transfer":"200   403   403   403   403     403    403    404  404   404    302",
    "organizations:ownership_accept":  "404   404   404   404   403     403    403    404  404   404    302",
    "organizations:ownership_refuse":  "404   404   404   404   403     403    403    404  404   404    302",
    "organizations:ownership_withdraw":"404   403   403   403   403     403    403    404  404   404    302",
    "organizations:bulk":              "302   302   302   302   403     403    403    404  404   404    302",
    "organizations:job":               "404   404   404   404   403     403    403    404  404   404    302",
    "organizations:job_undo":          "405   405   405   405   403     403    403    404  404   404    302",
    "organizations:extension_ask":     "405   405   405   405   405     405    405    404  404   404    302",
    "organizations:extension":         "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:saved_filters":     "200   200   200   200   403     403    403    404  404   404    302",
    "organizations:saved_filter_delete":"405  405   405   405   403     403    403    404  404   404    302",
    "organizations:plan":               "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:reminders":          "405   405   403   403   403     403    403    404  404   404    302",
    "organizations:domain_add":         "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:domains_restrict":   "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:domain":             "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:domain_check":       "405   405   403   403   403     403    403    404  404   404    302",
    "organizations:domain_remove":      "200   200   403   403   403     403    403    404  404   404    302",
    "invitations:joining":              "200   200   403   403   403     403    403    404  404   404    302",
    "invitations:way":                  "200   200   403   403   403     403    403    404  404   404    302",
    "invitations:way_close":            "200   200   403   403   403     403    403    404  404   404    302",
    "invitations:link_create":          "200   200   403   403   403     403    403    404  404   404    302",
    "invitations:link":                 "200   200   403   403   403     403    403    404  404   404    302",
    "invitations:link_revoke":          "200   200   403   403   403     403    403    404  404   404    302",
    "invitations:requests":             "200   200   403   403   403     403    403    404  404   404    302",
    "invitations:request":              "200   200   403   403   403     403    403    404  404   404    302",
    "invitations:join":                 "302   302   302   302   302     302    302    404  404   404    302",
}  # fmt: skip
POST = {
    "team:overview":          "405   405   405   405   403     403    403    404  404   404    302",
    "team:members":           "405   405   405   405   403     403    403    404  404   404    302",
    "team:export":            "405   405   405   405   403     403    403    404  404   404    302",
    "team:member_choices":    "405   405   405   405   403     403    403    404  404   404    302",
    "team:person":            "405   405   405   405   403     403    403    404  404   404    302",
    "team:person_menu":       "405   405   405   405   403     403    403    404  404   404    302",
    "team:person_history":    "405   405   403   403   403     403    403    404  404   404    302",
    "team:invitation_menu":   "405   405   405   403   403     403    403    404  404   404    302",
    "team:access":            "405   405   405   405   403     403    403    404  404   404    302",
    "team:who":               "405   405   405   405   403     403    403    404  404   404    302",
    "team:audit":             "405   405   403   403   403     403    403    404  404   404    302",
    "team:audit_proof":       "405   405   403   403   403     403    403    404  404   404    302",
    "team:audit_choices":     "405   405   403   403   403     403    403    404  404   404    302",
    "team:role_history":      "405   405   403   403   403     403    403    404  404   404    302",
    "team:group_history":     "405   405   403   403   403     403    403    404  404   404    302",
    "team:audit_export":      "405   405   403   403   403     403    403    404  404   404    302",
    "team:refused":           "405   405   403   403   403     403    403    404  404   404    302",
    "invitations:list":       "405   405   405   403   403     403    403    404  404   404    302",
    "invitations:create":     "302   302   403   403   403     403    403    404  404   404    302",
    "invitations:invite_list":          "404   404   403   403   403     403    403    404  404   404    302",
    "invitations:invite_list_download": "405   405   403   403   403     403    403    404  404   404    302",
    "team:invitation":        "405   405   405   403   403     403    403    404  404   404    302",
    "invitations:resend":     "302   302   403   403   403     403    403    404  404   404    302",
    "invitations:extend":     "302   302   403   403   403     403    403    404  404   404    302",
    "invitations:correct":    "302   302   403   403   403     403    403    404  404   404    302",
    "invitations:many":       "302   302   302   403   403     403    403    404  404   404    302",
    "invitations:many_job":   "405   405   405   403   403     403    403    404  404   404    302",
    "invitations:change_role":"302   302   403   403   403     403    403    404  404   404    302",
    "invitations:revoke":     "302   302   403   403   403     403    403    404  404   404    302",
    "organizations:switch":   "405   405   405   405   405     403    403    404  404   404    302",
    "organizations:leave":    "403   302   302   302   302     302    302    404  404   404    302",
    "organizations:roles":          "405   405   405   405   403     403    403    404  404   404    302",
    "organizations:role":           "405   405   405   405   403     403    403    404  404   404    302",
    "organizations:role_menu":      "405   405   405   405   403     403    403    404  404   404    302",
    "organizations:role_compare":   "405   405   405   405   403     403    403    404  404   404    302",
    "organizations:role_create":    "302   302   403   403   403     403    403    404  404   404    302",
    "organizations:role_clone":     "302   302   403   403   403     403    403    404  404   404    302",
    "organizations:role_edit":      "302   302   403   403   403     403    403    404  404   404    302",
    "organizations:role_delete":    "302   302   403   403   403     403    403    404  404   404    302",
    "organizations:groups":            "405   405   405   405   403     403    403    404  404   404    302",
    "organizations:group_create":      "302   302   403   403   403     403    403    404  404   404    302",
    "organizations:group":             "405   405   405   405   403     403    403    404  404   404    302",
    "organizations:group_edit":        "302   302   403   403   403     403    403    404  404   404    302",
    "organizations:group_delete":      "302   302   403   403   403     403    403    404  404   404    302",
    "organizations:group_add":         "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:group_remove":      "302   302   403   403   403     403    403    404  404   404    302",
    "organizations:group_curator":     "302   302   403   403   403     403    403    404  404   404    302",
    "organizations:change_role":       "302   302   403   403   403     403    403    404  404   404    302",
    "organizations:person_edit":       "302   302   302   403   403     403    403    404  404   404    302",
    "organizations:person_groups":   "302   302   403   403   403     403    403    404  404   404    302",
    "organizations:person_end":      "302   302   403   403   403     403    403    404  404   404    302",
    "organizations:person_deactivate": "302   302   403   403   403     403    403    404  404   404    302",
    "organizations:person_reactivate": "302   302   403   403   403     403    403    404  404   404    302",
    "organizations:person_remove":   "302   302   403   403   403     403    403    404  404   404    302",
    "organizations:person_password_reset": "302   302   403   403   403     403    403    404  404   404    302",
    "organizations:person_sign_in": "405   405   403   403   403     403    403    404  404   404    302",
    "organizations:person_address": "403   403   403   403   403     403    403    404  404   404    302",
    "organizations:person_second_factor": "403   403   403   403   403     403    403    404  404   404    302",
    "organizations:settings":          "302   302   403   403   403     403    403    404  404   404    302",
    "organizations:two_factor":        "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:ownership":         "405   405   405   405   403     403    403    404  404   404    302",
    "organizations:ownership_transfer":"403   403   403   403   403     403    403    404  404   404    302",
    "organizations:ownership_accept":  "404   404   404   404   403     403    403    404  404   404    302",
    "organizations:ownership_refuse":  "404   404   404   404   403     403    403    404  404   404    302",
    "organizations:ownership_withdraw":"404   403   403   403   403     403    403    404  404   404    302",
    "organizations:bulk":              "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:job":               "404   404   404   404   403     403    403    404  404   404    302",
    "organizations:job_undo":          "404   404   404   404   403     403    403    404  404   404    302",
    "organizations:extension_ask":     "403   403   403   403   403     403    302    404  404   404    302",
    "organizations:extension":         "302   302   403   403   403     403    403    404  404   404    302",
    "organizations:saved_filters":     "302   302   302   302   403     403    403    404  404   404    302",
    "organizations:saved_filter_delete":"404  404   404   404   403     403    403    404  404   404    302",
    "organizations:plan":               "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:reminders":          "302   302   403   403   403     403    403    404  404   404    302",
    "organizations:domain_add":         "200   200   403   403   403     403    403    404  404   404    302",
    "organizations:domains_restrict":   "302   302   403   403   403     403    403    404  404   404    302",
    "organizations:domain":             "405   405   403   403   403     403    403    404  404   404    302",
    "organizations:domain_check":       "302   302   403   403   403     403    403    404  404   404    302",
    "organizations:domain_remove":      "302   302   403   403   403     403    403    404  404   404    302",
    "invitations:joining":              "405   405   403   403   403     403    403    404  404   404    302",
    "invitations:way":                  "302   302   403   403   403     403    403    404  404   404    302",
    "invitations:way_close":            "302   302   403   403   403     403    403    404  404   404    302",
    "invitations:link_create":          "302   302   403   403   403     403    403    404  404   404    302",
    "invitations:link":                 "405   405   403   403   403     403    403    404  404   404    302",
    "invitations:link_revoke":          "302   302   403   403   403     403    403    404  404   404    302",
    "invitations:requests":             "405   405   403   403   403     403    403    404  404   404    302",
    "invitations:request":              "302   302   403   403   403     403    403    404  404   404    302",
    "invitations:join":                 "302   302   302   302   302     302    302    404  404   404    302",
}  # fmt: skip


@pytest.fixture
def people(owner, admin, member, viewer, deactivated, outsider, staff, stranger) -> dict[str, Membership | User | None]:
    roleless, lapsed = (
        join(owner, UserFactory(name="Noor Roleless")),
        join(owner, UserFactory(name="Lars Lapsed"), "admin"),
    )
    give_role(roleless, None)
    end_at(lapsed, timezone.now() - timedelta(seconds=1))
    return {
        "owner": owner, "admin": admin, "member": member, "viewer": viewer, "roleless": roleless,
        "deactivated": deactivated, "lapsed": lapsed, "outsider": outsider, "staff": staff, "stranger": stranger,
        "nobody": None,
    }  # fmt: skip


@pytest.fixture
def invitation(owner) -> Invitation:
    return offer(owner, "uma@example.org")


def address(view: str, organization: Organization, invitation: Invitation) -> str:
    kwargs: dict[str, Any] = {"slug": organization.slug}
    if view in OF_AN_INVITATION:
        kwargs["invitation"] = invitation.pk
    if view == "team:member_choices":
        kwargs["name"] = "more"
    if view == "organizations:saved_filter_delete":
        kwargs["filter"] = uuid7()  # everyone sees their own, and nobody here has any
    if view == "organizations:extension":
        kwargs["extension"] = request_of(organization).pk
    if view == "team:audit_choices":
        kwargs["name"] = "time"
    if view in OF_A_ROLE:
        kwargs["role"] = custom_role(organization).pk
    if view in ("team:person", "team:person_menu", "team:person_history"):
        kwargs["membership"] = organization.memberships.get(owns=True).pk
    if view in OF_A_GROUP:
        kwargs["group"] = group_of(organization).pk
    if view in OF_A_PERSON or view.startswith("organizations:person_"):
        kwargs["membership"] = someone_of(organization).pk
    if view == "organizations:person_groups":
        group_of(organization)
    if view == "organizations:person_reactivate":
        deactivated = organization.memberships.filter(status="deactivated").first()
        kwargs["membership"] = (deactivated or someone_of(organization)).pk
    if view.startswith("invitations:invite_list"):
        kwargs["list"] = uuid7()  # only who made it sees it, and nobody here did
    if view.startswith("organizations:job") or view == "invitations:many_job":
        kwargs["job"] = uuid7()  # only who asked for it sees it, and nobody here did
    if view.startswith("organizations:ownership_") and view not in OF_A_PERSON:
        kwargs["transfer"] = uuid7()  # several may own these organizations, so nothing is ever offered there
    if view in ("organizations:domain", "organizations:domain_check", "organizations:domain_remove"):
        kwargs["domain"] = domain_of(organization).pk
    if view in ("invitations:way", "invitations:way_close"):
        kwargs["kind"] = "open" if view == "invitations:way" else "request"
        open_to_requests(organization)
    if view in ("invitations:link", "invitations:link_revoke"):
        kwargs["link"] = link_of(organization).pk
    if view == "invitations:request":
        kwargs["join_request"] = asked_of(organization).pk
    return reverse(view, kwargs=kwargs)


# Pages that the audit log tells of.
TOLD = ["team:export", "team:audit_export"]
# Buttons that change nothing that others share.
UNTOLD = ["organizations:saved_filters", "organizations:domain_check", "invitations:join", "invitations:many"]
OF_AN_INVITATION = [
    "team:invitation", "team:invitation_menu", "invitations:resend", "invitations:revoke", "invitations:change_role",
    "invitations:extend", "invitations:correct",
]  # fmt: skip
OF_A_GROUP = ["team:group_history"] + [
    f"organizations:group{one}" for one in ("", "_edit", "_delete", "_add", "_remove", "_curator")
]  # fmt: skip
OF_A_PERSON = [
    f"organizations:{one}" for one in ("group_remove", "group_curator", "change_role", "ownership_transfer")
]  # fmt: skip


def group_of(organization: Organization) -> Group:
    """A group of the organization, to which somebody belongs."""
    group, _ = Group.objects.get_or_create(organization=organization, name="Field sales")
    GroupPlace.objects.get_or_create(group=group, membership=someone_of(organization))
    return group


def someone_of(organization: Organization) -> Membership:
    """Somebody whom everyone who runs the team may change."""
    return organization.memberships.filter(role__key="member").first() or organization.memberships.get()


def request_of(organization: Organization) -> Extension:
    """What somebody asked, whose access ends soon."""
    person = someone_of(organization)
    asked = {"organization": organization, "ended_then": timezone.now() + timedelta(days=5)}
    found, made = Extension.objects.get_or_create(membership=person, status="pending", defaults=asked)
    if made and not person.owns:
        Membership.objects.filter(pk=person.pk).update(ends_at=found.ended_then)
    return found


def domain_of(organization: Organization) -> Domain:
    """A domain that the organization names as its own."""
    return organization.domains.get_or_create(name="own.example")[0]


def open_to_requests(organization: Organization) -> None:
    """Its owner lets people ask."""
    owner = organization.memberships.filter(owns=True).first()
    viewer = Role.objects.get(scheme=organization.scheme, key="viewer")
    named = {"role": viewer, "at_once": False, "opened_by": owner.user, "opener_label": owner.label}
    WayIn.objects.get_or_create(organization=organization, kind="request", defaults=named)


def link_of(organization: Organization) -> JoinLink:
    owner = organization.memberships.filter(owns=True).first()
    viewer = Role.objects.get(scheme=organization.scheme, key="viewer")
    named = {"role": viewer, "max_uses": 5, "ends_at": timezone.now() + timedelta(days=1), "opened_by": owner.user}
    return organization.join_links.first() or JoinLink.objects.create(organization=organization, **named)


def asked_of(organization: Organization) -> JoinRequest:
    """Somebody asks to join."""
    open_to_requests(organization)
    user = User.objects.filter(email="asks@example.org").first() or UserFactory(email="asks@example.org")
    return JoinRequest.objects.get_or_create(organization=organization, user=user, via="request")[0]


OF_A_ROLE = ["team:role_history", *(f"organizations:role{one}" for one in ("", "_menu", "_clone", "_edit", "_delete"))]


def custom_role(organization: Organization) -> Role:
    """A role of the organization's own, which anyone who may edit roles holds the grants of."""
    found = organization.custom_roles.first()
    return found or Role.objects.create(
        organization=organization, scheme=organization.scheme, key="own", label="Own", rank=0, grants=["members.read"]
    )


def fields() -> dict[str, Any]:
    """What the forms of all these pages take, together."""
    viewer = Role.objects.get(scheme="standard", key="viewer")
    of_a_role = {"label": "Front desk", "grant:members.read": "organization", "version": "1"}
    of_a_group = {"name": "Night shift", "description": "", "curates": "yes"}
    member = Role.objects.get(scheme="standard", key="member")
    of_settings = {"deed": "change_role", "was": "Marram Instruments", "required": "yes", "held_then": str(member.pk)}
    group = Group.objects.filter(organization__slug="marram").first()
    of_a_person = {"own_name": "Mina of sales", "when": "7", "typed": "Mina Haddad", "then": group.pk if group else ""}
    offered = {
        "addresses": "zoe@example.org",
        "role": viewer.pk,
        "days": "7",
        "until": "30",
        "email": "ida@example.org",
    }
    offered["query"] = "status=active"
    joining = {"domains": "own.example", "reminders": "off", "uses": "5", "seats": "9", "addresses_wanted": ""}
    return {**offered, **joining, **of_a_role, **of_a_group, **of_settings, **of_a_person}


def rows_of(organization: Organization) -> list[Any]:
    """Everything that belongs to the organization."""
    return [
        list(rows.order_by("pk").values())
        for rows in (
            Organization.objects.filter(pk=organization.pk),
            Membership.objects.filter(organization=organization),
            Role.objects.filter(organization=organization),
            Group.objects.filter(organization=organization),
            GroupPlace.objects.filter(group__organization=organization),
            Invitation.objects.filter(organization=organization),
            Domain.objects.filter(organization=organization),
            WayIn.objects.filter(organization=organization),
            JoinLink.objects.filter(organization=organization),
            JoinRequest.objects.filter(organization=organization),
            Event.objects.filter(chain_id=organization.pk),
        )
    ]


@pytest.mark.parametrize("view", GET)
def test_who_may_open_the_page(client_of, org, people, invitation, view):
    found = {}
    for name in PEOPLE:
        with written() as news:
            response = client_of(people[name]).get(address(view, org, invitation))
        found[name] = str(response.status_code)
        assert news.nothing or view in TOLD, name
        if name == "nobody":
            assert response.headers["Location"].startswith("/accounts/login/?next=")
    assert found == dict(zip(PEOPLE, GET[view].split(), strict=True))


@pytest.mark.parametrize("view", POST)
def test_who_may_press_the_button(client_of, org, other_org, people, invitation, view):
    found = {}
    others = rows_of(other_org)
    for name in PEOPLE:
        browser = client_of(people[name])
        with undone():
            with written() as news:
                response = browser.post(address(view, org, invitation), fields())
            found[name] = str(response.status_code)
            done = found[name] == "302" and name != "nobody" and view not in UNTOLD
            assert bool(news.events) == done, name
            assert rows_of(other_org) == others
    assert found == dict(zip(PEOPLE, POST[view].split(), strict=True))


@pytest.mark.parametrize("view", POST)
@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "patch"])
def test_nobody_reaches_another_organization(client_of, other_org, owner, outsider, view, method):
    theirs = offer(outsider, "uma@example.org")
    path = address(view, other_org, theirs)
    before = rows_of(other_org)
    browser = client_of(owner)
    assert getattr(browser, method)(path, fields()).status_code == 404
    assert rows_of(other_org) == before


@pytest.mark.parametrize("view", OF_AN_INVITATION)
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_reaches_a_thing_of_another_organization_through_their_own(
    client_of, org, other_org, owner, outsider, view, method
):
    theirs = offer(outsider, "uma@example.org")
    before = rows_of(other_org)
    without_a_button = method == "post" and POST[view].startswith("405")
    assert getattr(client_of(owner), method)(address(view, org, theirs)).status_code == (
        405 if without_a_button else 404
    )
    assert rows_of(other_org) == before


@pytest.mark.parametrize(
    ("view", "kwarg", "thing"),
    [
        ("organizations:domain", "domain", domain_of),
        ("organizations:domain_check", "domain", domain_of),
        ("organizations:domain_remove", "domain", domain_of),
        ("invitations:link", "link", link_of),
        ("invitations:link_revoke", "link", link_of),
        ("invitations:request", "join_request", asked_of),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_reaches_a_way_in_of_another_organization_through_their_own(
    client_of, org, other_org, owner, view, kwarg, thing, method
):
    theirs = thing(other_org)
    before = rows_of(other_org)
    path = reverse(view, kwargs={"slug": org.slug, kwarg: theirs.pk})
    without_a_button = method == "post" and POST[view].startswith("405")
    without_a_page = method == "get" and GET[view].startswith("405")
    found = getattr(client_of(owner), method)(path, fields()).status_code
    assert found == (405 if without_a_button or without_a_page else 404)
    assert rows_of(other_org) == before


@pytest.mark.parametrize("view", OF_A_ROLE)
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_reaches_a_role_of_another_organization_through_their_own(
    client_of, org, other_org, owner, view, method
):
    theirs = custom_role(other_org)
    before = rows_of(other_org)
    path = reverse(view, kwargs={"slug": org.slug, "role": theirs.pk})
    without_a_button = method == "post" and POST[view].startswith("405")
    assert getattr(client_of(owner), method)(path, fields()).status_code == (405 if without_a_button else 404)
    assert rows_of(other_org) == before


def test_forms_are_refused_without_their_token(org, owner, invitation):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner.user)
    with written() as news:
        response = browser.post(address("invitations:revoke", org, invitation))
    assert response.status_code == 403
    assert news.nothing


def test_refusal_names_organization_role_permission_and_whom_to_ask(client_of, org, member, admin):
    response = client_of(member).get(reverse("team:audit", args=[org.slug]))
    text = response.content.decode()
    assert response.status_code == 403
    assert "You cannot open the audit log in Marram Instruments" in text
    assert "Your role here is Member." in text
    assert "audit_log.read" in text
    assert text.index("Grace Okafor") < text.index("Tomás Rivera")  # the widest role first


def test_those_who_cannot_help_are_not_named(client_of, org, viewer, member, deactivated, outsider):
    text = client_of(viewer).get(reverse("team:audit", args=[org.slug])).content.decode()
    for name in ("Mina Haddad", "Dario Conti", "Oskar Lee"):
        assert name not in text


def test_person_without_a_role_is_told_so(client_of, org, member):
    give_role(member, None)
    response = client_of(member).get(reverse("team:overview", args=[org.slug]))
    assert response.status_code == 403
    assert "You have no role here yet." in response.content.decode()


@pytest.mark.parametrize("ended", ["deactivated", "lapsed"])
def test_person_whose_access_has_ended_is_told_so(client_of, org, people, ended):
    response = client_of(people[ended]).get(reverse("team:overview", args=[org.slug]))
    text = response.content.decode()
    assert response.status_code == 403
    assert "Your access to Marram Instruments has ended" in text
    assert "Grace Okafor" in text
    assert "Mina Haddad" not in text


def test_refused_button_says_the_reason_of_the_policy(client_of, org, owner):
    response = client_of(owner).post(reverse("organizations:leave", args=[org.slug]))
    assert response.status_code == 403
    assert (
        "You are the last owner of Marram Instruments. Make someone else an owner first." in response.content.decode()
    )


@pytest.mark.parametrize("slug", ["nobody", "MARRAM", "o" * 300])
def test_organization_that_is_not_there_looks_like_one_that_is_anothers(client_of, owner, outsider, slug):
    missing = client_of(owner).get(f"/o/{slug}/")
    theirs = client_of(owner).get("/o/lee/")
    assert missing.status_code == theirs.status_code == 404
    token = re.compile(r'(?<=FToken": ")\w+|(?<=nonce=")[^"]+')
    assert token.sub("", missing.content.decode()) == token.sub("", theirs.content.decode())


def test_next_request_after_the_end_is_refused(client_of, org, member):
    browser = client_of(member)
    assert browser.get("/o/marram/").status_code == 200
    Membership.objects.filter(pk=member.pk).update(status="deactivated")
    count_again()
    assert browser.get("/o/marram/").status_code == 403
    Membership.objects.filter(pk=member.pk).delete()
    assert browser.get("/o/marram/").status_code == 404


def test_next_request_of_a_deactivated_account_is_refused(client_of, org, member):
    browser = client_of(member)
    User.objects.filter(pk=member.user_id).update(is_active=False)
    response = browser.get("/o/marram/")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/")


def test_pages_are_kept_by_no_cache(client_of, org, people, invitation):
    for view in GET:
        response = client_of(people["owner"]).get(address(view, org, invitation))
        assert "no-store" in response.headers["Cache-Control"], view
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"], view


@pytest.mark.parametrize(
    "query", ["q=%00", "q=" + "x" * 5_000, "after=%00", "after=x~y", "before=~", "before=" + "9" * 400, "q=%ED%A0%80"]
)
@pytest.mark.parametrize(
    "view",
    [
        "team:overview",
        "team:members",
        "team:audit",
        "invitations:list",
        "organizations:switch",
        "organizations:roles",
        "organizations:role_compare",
    ],
)
def test_query_that_means_nothing_is_no_error(client_of, org, owner, view, query):
    assert client_of(owner).get(f"{reverse(view, args=[org.slug])}?{query}").status_code == 200


def test_outbox_is_empty_after_all_refusals(client_of, org, people, invitation):
    before = Mail.objects.count()
    for name in ("member", "viewer", "roleless", "deactivated", "lapsed", "outsider", "staff", "nobody"):
        client_of(people[name]).post(address("invitations:create", org, invitation), fields())
    assert Mail.objects.count() == before
