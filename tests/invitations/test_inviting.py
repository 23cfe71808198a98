"""Inviting: what is pasted is spelled one way, each mistake is named beside the field, and nothing typed is lost."""

from __future__ import annotations

import html
import re

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from invitations.actions.offering import invite
from invitations.models import MOST_ROWS, Invitation, InviteList
from organizations.actions.plans import set_seats
from organizations.models import Role
from tests.factories import acting, offer, role_of
from tests.witness import counters, deliver, written

NEW = "/o/marram/invitations/new/"


def inviting(by, addresses, role="member", days=7):
    organization = by.organization
    wanted = role if isinstance(role, Role) else role_of(organization, role)
    return invite(actor=acting(by), organization=organization, addresses=addresses, role=wanted, days=days)


def test_each_address_is_an_offer_of_its_own_with_event_and_mail(org, admin):
    with written() as news:
        outcome = inviting(admin, ["ines@example.org", "ove@example.org"], "viewer", days=3)
    assert [one.email for one in outcome.done] == ["ines@example.org", "ove@example.org"]
    for invitation, event, mail in zip(outcome.done, news.events, news.mails, strict=True):
        assert (event.action, event.target_id, event.target_label) == (
            "invitation.sent", invitation.pk, invitation.email,
        )  # fmt: skip
        assert event.actor_label == invitation.inviter_label == "Tomás Rivera"
        assert event.after["role"] == "Viewer"
        assert mail.key == f"invitation:{invitation.pk}:1"
        assert mail.ids == {"invitation": str(invitation.pk), "version": "1"}
    assert counters(org) == (2, 0, 2)
    assert sorted(
        to for letter in deliver() for to in letter.to if to.endswith("@example.org") and "marram" not in to
    ) == [
        "ines@example.org",
        "ove@example.org",
    ]


def test_address_is_stored_and_mailed_in_one_spelling(owner):
    outcome = inviting(owner, ["  Ines.DUARTE+Work@Example.ORG "])
    assert outcome.done[0].email == "ines.duarte+work@example.org"
    assert deliver()[-1].to == ["ines.duarte+work@example.org"]


def test_action_passes_over_what_is_no_address_and_says_so(owner):
    outcome = inviting(owner, ["nobody", "ines@example.org", "ı@example.org", "a@b@c.org", "x" * 300 + "@example.org"])
    assert [one.email for one in outcome.done] == ["ines@example.org"]
    assert len(outcome.passed_over) == 4
    assert all(one.reason for one in outcome.passed_over)


def test_address_that_is_named_twice_is_invited_once(org, owner):
    inviting(owner, ["ines@example.org", "INES@example.org", "ines@EXAMPLE.org"])
    assert counters(org) == (1, 0, 1)


# Refusals of the action.


def refused(by, **changes):
    wanted = {"addresses": ["ines@example.org"], "role": "member", "days": 7} | changes
    with written() as news, pytest.raises((ValidationError, PermissionDenied)) as refusal:
        inviting(by, **wanted)
    assert news.nothing
    assert not Invitation.objects.filter(email="ines@example.org").exists()
    return getattr(refusal.value, "code", None) or str(refusal.value)


@pytest.mark.parametrize("days", [0, -1, 31, 10**9])
def test_length_of_the_offer_has_bounds(owner, days):
    assert refused(owner, days=days) == "days"


def test_number_of_addresses_has_a_bound(owner):
    assert refused(owner, addresses=[f"p{number}@example.org" for number in range(MOST_ROWS + 1)]) == "too_many"


@pytest.mark.parametrize("who", ["member", "viewer"])
def test_those_without_the_permission_invite_nobody(request, who):
    assert refused(request.getfixturevalue(who), role="viewer") == "Your role does not include invitations.create."


def test_admin_cannot_invite_an_owner(admin):
    assert refused(admin, role="owner") == "Only an owner can make another one."


def test_nobody_gives_more_than_they_hold(org, admin):
    wide = Role.objects.create(
        organization=org, scheme="standard", key="wide", label="Wide", rank=9, grants=["organization.delete"]
    )
    assert refused(admin, role=wide) == "Wide may do more than you may."


def test_role_of_another_organization_or_scheme_is_not_known_here(owner, other_org):
    theirs = Role.objects.create(organization=other_org, scheme="standard", key="own", label="Own", rank=1, grants=[])
    elsewhere = Role.objects.create(organization=None, scheme="other", key="own", label="Own", rank=1, grants=[])
    retired = Role.objects.create(
        organization=None, scheme="standard", key="old", label="Old", rank=1, grants=[], retired=True
    )
    for role in (theirs, elsewhere, retired):
        assert refused(owner, role=role) == "unknown_role"


def test_seats_are_for_members_and_pending_invitations_alike(org, owner, member, staff):
    set_seats(actor=acting(staff), organization=org, seats=4)
    offer(owner, "one@example.org")
    outcome = inviting(owner, ["two@example.org", "three@example.org"])
    assert [one.email for one in outcome.done] == ["two@example.org"]
    assert [(one.who, one.code) for one in outcome.passed_over] == [("three@example.org", "no_seat")]
    assert inviting(owner, ["three@example.org"]).passed_over[0].code == "no_seat"
    assert counters(org) == (2, 0, 2)


def test_those_passed_over_need_no_seat(org, owner, member, staff):
    set_seats(actor=acting(staff), organization=org, seats=3)
    outcome = inviting(owner, [member.email, "one@example.org"])
    assert len(outcome.done) == 1


# The page.


def paste(client, addresses, **changes):
    role = Role.objects.get(scheme="standard", key="member", organization=None)
    return client.post(NEW, {"addresses": addresses, "role": role.pk, "days": "7"} | changes)


def typed(response):
    """What stands in the field of addresses."""
    return html.unescape(re.search(r"<textarea[^>]*>\r?\n?(.*?)</textarea>", response.content.decode(), re.S).group(1))


def errors(response):
    return [str(one) for one in response.context["form"].errors.get("addresses", [])]


@pytest.fixture
def grace(client_of, owner):
    """The owner's browser."""
    return client_of(owner)


def test_pasted_addresses_are_invited(org, grace):
    response = paste(grace, "ines@example.org, <ove@example.org>;\n<uma@example.org>\r\n\tzoe@example.org")
    assert response.headers["Location"] == "/o/marram/invitations/"
    assert set(Invitation.objects.values_list("email", flat=True)) == {
        "ines@example.org", "ove@example.org", "uma@example.org", "zoe@example.org",
    }  # fmt: skip
    page = grace.get("/o/marram/invitations/").content.decode()
    assert "<b>4 people</b> are invited to Marram Instruments." in page


def test_where_some_cannot_be_invited_nobody_is_until_the_list_was_looked_at(org, grace):
    text = "ines@example.org\nnobody\nove@\n@example.org\nı@example.org\nines@example.org"
    with written() as news:
        response = paste(grace, text)
    page = grace.get(response.headers["Location"]).content.decode()
    assert news.nothing
    made = InviteList.objects.get()
    assert response.headers["Location"] == f"/o/marram/invitations/lists/{made.pk}/"
    assert list(made.rows.values_list("address", "place", "bucket")) == [
        ("ines@example.org", 1, "ready"), ("nobody", 2, "malformed"), ("ove@", 3, "malformed"),
        ("@example.org", 4, "malformed"), ("ı@example.org", 5, "malformed"), ("ines@example.org", 6, "twice"),
    ]  # fmt: skip
    assert "Send 1 invitation" in page
    assert 'value="ove@"' in page


DETAILS = {"name": "Inês D.", "job_title": "Buyer", "phone": "+351 21 000"}


def test_name_title_and_phone_go_with_the_one_address_that_is_typed(grace):
    for number, text in enumerate(("ines@example.org", "email,role\r\nove@example.org,\r\n")):
        assert paste(grace, text, **DETAILS).status_code == 302
        made = Invitation.objects.order_by("-id")[0]
        assert (made.name, made.job_title, made.phone) == tuple(DETAILS.values()), number


@pytest.mark.parametrize("form", ["several", "a role beside it", "a file"])
def test_details_that_nobody_would_get_are_not_dropped_without_a_word(grace, form):
    text = {"several": "ines@example.org ove@example.org", "a role beside it": "email,role\nines@example.org,viewer"}
    file = {"file": SimpleUploadedFile("one.csv", b"email\nines@example.org\n")} if form == "a file" else {}
    with written() as news:
        response = paste(grace, text.get(form, ""), **DETAILS, **file)
    assert news.nothing
    assert "are for one person" in response.context["form"].errors["name"][0]
    assert not InviteList.objects.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04rest", "This is a spreadsheet file."),
        (b"", "The file is empty."),
        (b"email,role\n", "There is no address in it."),
        (b"\x89PNG\r\n\x1a\n\x00", "This is not a text file."),
        ("email\nines@example.org\n".encode("utf-16-le"), "This is not a text file."),
        (b"email\n" + b"x" * 10_000_000, "The file is larger than 10 MB."),
        (b"email\n" + b"ines@example.org\n" * 10_001, "At most 10,000 people at a time"),
        (b'email\nines@example.org\n"ove@example.org\n', "Line 3 cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_answered_beside_its_field_with_nothing_kept(grace, content, sentence):
    with written() as news:
        response = paste(grace, "", file=SimpleUploadedFile("people.csv", content))
    assert news.nothing
    assert response.context["form"].errors["file"][0].startswith(sentence)
    assert not InviteList.objects.exists()


def test_mixed_case_alone_is_no_mistake(grace):
    assert paste(grace, "Ines@Example.ORG").status_code == 302
    assert Invitation.objects.get().email == "ines@example.org"


def test_more_than_ten_thousand_are_answered_with_a_sentence(grace):
    text = "\n".join(f"person{number}@example.org" for number in range(10_001))
    with written() as news:
        response = paste(grace, text)
    assert errors(response) == ["At most 10,000 people at a time; these are more. Send them in parts."]
    assert typed(response) == text
    assert news.nothing


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Type at least one address, or choose a file."),
        (" \n, ;", "There is no address in it."),
        ("ines@example.org\x00", "Null characters are not allowed."),
        ("a" * 5_000, "This is not an email address."),
        ("x" * 2_000_001, "Ensure this value has at most 2000000 characters (it has 2000001)."),
        ("<script>alert(1)</script>@example.org", "after the email address"),
        ("ines@example.org\u202e", "unsafe characters"),
    ],
)
def test_bad_input_gets_a_sentence(grace, text, sentence):
    with written() as news:
        response = paste(grace, text)
    assert response.status_code == 200
    assert any(sentence in error for error in errors(response)), errors(response)
    assert "<script>alert" not in response.content.decode()
    if "\x00" not in text and text.strip():
        assert typed(response) == text
    assert news.nothing


def test_half_a_character_gets_a_sentence(grace):
    body = b"addresses=%ED%A0%80%40example.org&days=7&role="
    response = grace.post(NEW, body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 200
    assert not Invitation.objects.exists()


def test_those_who_belong_or_are_invited_are_shown_with_the_reason_before_anything_is_sent(org, owner, member, grace):
    offer(owner, "ove@example.org")
    response = paste(grace, f"ines@example.org {member.email} ove@example.org")
    page = grace.get(response.headers["Location"]).content.decode()
    assert "This person belongs to Marram Instruments already." in page
    assert "This address is invited already. Send that invitation again instead." in page
    assert counters(org) == (2, 0, 1)
    grace.post(response.headers["Location"], {"send": "1"})
    assert counters(org) == (2, 0, 2)
    page = grace.get(response.headers["Location"]).content.decode()
    assert "1 person is invited to Marram Instruments" in page
    assert "2 rows got nothing" in page


def test_one_person_who_cannot_be_invited_stays_in_the_field_with_the_reason(member, grace):
    response = paste(grace, member.email)
    assert errors(response) == ["This person belongs to Marram Instruments already."]
    assert typed(response) == member.email


def test_without_enough_seats_the_list_says_who_would_get_none(org, grace, staff):
    set_seats(actor=acting(staff), organization=org, seats=2)
    response = paste(grace, "ines@example.org ove@example.org")
    page = grace.get(response.headers["Location"]).content.decode()
    assert "1 person finds no free seat." in page
    assert "No seat is free: Marram Instruments has 2." in page or "Only 1 of the 2 seats needed" in page
    assert InviteList.objects.get().rows.filter(bucket="no_seat").get().address == "ove@example.org"


@pytest.mark.parametrize("role", ["", "nobody", "0", "00000000-0000-0000-0000-000000000000", "\x00", "x" * 5_000])
def test_unknown_role_gets_a_sentence_and_keeps_the_addresses(grace, role):
    response = paste(grace, "ines@example.org", role=role)
    assert response.status_code == 200
    assert typed(response) == "ines@example.org"
    assert [str(one) for one in response.context["form"].errors["role"]] == [
        "This field is required." if not role else "Choose one of these roles."
    ]
    assert not Invitation.objects.exists()


def test_role_that_one_may_not_give_is_not_accepted(client_of, admin):
    owner_role = Role.objects.get(scheme="standard", key="owner")
    client = client_of(admin)
    response = paste(client, "ines@example.org", role=owner_role.pk)
    assert [str(one) for one in response.context["form"].errors["role"]] == ["Choose one of these roles."]
    page = client.get(NEW).content.decode()
    assert "Only an owner can make another one." in page
    assert re.search(rf'value="{owner_role.pk}"[^>]* disabled', page)


def test_role_of_another_organization_is_not_accepted(grace, other_org):
    theirs = Role.objects.create(organization=other_org, scheme="standard", key="own", label="Own", rank=1, grants=[])
    response = paste(grace, "ines@example.org", role=theirs.pk)
    assert "role" in response.context["form"].errors
    assert "Own" not in response.content.decode().replace("Owner", "")


def test_narrowest_role_is_chosen_and_roles_stand_from_narrow_to_wide(grace):
    page = grace.get(NEW).content.decode()
    inputs = re.findall(r'<input[^>]*name="role"[^>]*>', page)
    labels = [Role.objects.get(pk=re.search(r'value="([^"]+)"', one).group(1)).key for one in inputs]
    assert labels == ["viewer", "member", "admin", "owner"]
    assert ["checked" in one for one in inputs] == [True, False, False, False]


@pytest.mark.parametrize("days", ["", "0", "31", "x", "\x00", "9" * 400])
def test_length_that_nobody_may_offer_gets_a_sentence(grace, days):
    response = paste(grace, "ines@example.org", days=days)
    assert response.status_code == 200
    assert response.context["form"].errors["days"]
    assert typed(response) == "ines@example.org"


def test_fields_that_the_form_does_not_have_are_ignored(grace, other_org, owner):
    paste(grace, "ines@example.org", organization=other_org.pk, status="accepted", inviter_label="x", version="9")
    invitation = Invitation.objects.get()
    assert (invitation.organization_id, invitation.status, invitation.version) == (owner.organization_id, "pending", 1)
    assert invitation.inviter_label == "Grace Okafor"


def test_addresses_are_read_as_mail_programs_copy_them(org, grace):
    text = 'Ines Duarte <ines@example.org>, "Lind, Ove" <ove@example.org>; Uma <Uma@Example.org>\nzoe@example.org'
    assert paste(grace, text).status_code == 302
    assert {one.email.partition("@")[0] for one in org.invitations.all()} == {"ines", "ove", "uma", "zoe"}
