"""A list of people: sorted before anything is sent, put right in place, sent once, and its result kept."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit.models import Event
from invitations.actions.refusing import refuse_further
from invitations.actions.withdrawing import revoke
from invitations.bulk import lists, mending
from invitations.bulk.reading import read_text
from invitations.bulk.sending import send_list
from invitations.models import Invitation, InviteList
from jobs import running
from jobs.models import Job
from jobs.running import run_due
from mail.models import Mail
from organizations.actions.domains import restrict_domains
from organizations.actions.groups import create_group
from organizations.actions.plans import set_plan
from organizations.models import Membership, Organization
from tests.factories import UserFactory, acting, invitee, offer, role_of
from tests.organizations.test_groups import custom, give, group_of
from tests.witness import counters, written

NEW = "/o/marram/invitations/new/"


def a_list(by: Membership, text: str, role: str = "member", **more) -> InviteList:
    return lists.make_list(
        actor=acting(by),
        user=by.user,
        organization=Organization.objects.get(pk=by.organization_id),
        rows=read_text(text),
        role=role_of(by.organization, role),
        days=7,
        **more,
    )


def buckets(made: InviteList) -> dict[str, str]:
    return dict(made.rows.values_list("address", "bucket"))


def send(made: InviteList, by: Membership) -> Job:
    return send_list(actor=acting(by), user=by.user, invite_list=made)


def test_every_row_is_sorted_before_anything_is_sent(org, owner, admin, member, deactivated, staff):
    offer(owner, "ove@example.org")
    gone = offer(owner, "enough@example.org")
    refuse_further(actor=invitee(None, gone.email), invitation=gone, scope="here")
    restrict_domains(actor=acting(owner), organization=org, domains=["example.org", "marram.example.org"])
    set_plan(actor=acting(staff), organization=org, plan="", seats=6, trial_cap=None, trusted=False)
    text = (
        "email,role,groups,ends\n"
        f"ines@example.org\n{member.email}\n{admin.email}\nove@example.org\n{deactivated.email}\nnobody\n"
        "INES@example.org\numa@elsewhere.example\nenough@example.org\nzoe@example.org,owner\npia@example.org,chef\n"
        "tess@example.org,,Nowhere\nrosa@example.org,,,2020-01-01\nnow@example.org\nlast@example.org\n"
    )
    with written() as news:
        made = a_list(admin, text)
    assert news.nothing
    assert buckets(made) == {
        "ines@example.org": "ready", member.email: "member", admin.email: "own", "ove@example.org": "invited",
        deactivated.email: "deactivated", "nobody": "malformed", "INES@example.org": "twice",
        "uma@elsewhere.example": "domain", "enough@example.org": "refused", "zoe@example.org": "role",
        "pia@example.org": "malformed", "tess@example.org": "malformed", "rosa@example.org": "malformed",
        "now@example.org": "ready", "last@example.org": "no_seat",
    }  # fmt: skip
    reasons = dict(made.rows.values_list("address", "reason"))
    assert reasons["pia@example.org"] == "There is no role “chef” in Marram Instruments."
    assert reasons["tess@example.org"] == "There is no group “Nowhere” in Marram Instruments."
    assert reasons["rosa@example.org"] == "That day is past. Choose one that is to come."
    assert reasons["zoe@example.org"] == "Only an owner can make another one."
    assert reasons["last@example.org"].startswith("Only 2 of the 3 seats needed are free: Marram Instruments has 6.")


def test_the_plan_bounds_new_addresses_and_revoking_gives_none_back(org, owner, staff):
    again = offer(owner, "again@example.org")
    revoke(actor=acting(owner), organization=org, invitations=[again])
    set_plan(actor=acting(staff), organization=org, plan="Trial", seats=None, trial_cap=2, trusted=False)
    made = a_list(owner, "again@example.org new@example.org late@example.org")
    assert buckets(made) == {"again@example.org": "ready", "new@example.org": "ready", "late@example.org": "trial_cap"}
    send(made, owner)
    org.refresh_from_db()
    assert (org.addresses_invited, org.invitable) == (2, 0)
    with pytest.raises(ValidationError, match="may invite 2 in all"):
        offer(owner, "late@example.org")


def test_rows_are_put_right_in_place_and_others_move_up(org, owner, staff):
    set_plan(actor=acting(staff), organization=org, plan="", seats=2, trial_cap=None, trusted=False)
    made = a_list(owner, "first@example.org second@example.org petra@@marram.example")
    assert buckets(made)["second@example.org"] == "no_seat"
    first, _, petra = made.rows.order_by("line")
    lists.leave_out(made, acting(owner), first.pk)
    mending.correct_rows(made, acting(owner), {petra.pk: {"address": "petra@marram.example"}})
    assert buckets(made) == {
        "first@example.org": "left_out", "second@example.org": "ready", "petra@marram.example": "no_seat",
    }  # fmt: skip
    lists.take_back(made, acting(owner), first.pk)
    assert buckets(made)["first@example.org"] == "ready"


def test_unknown_words_are_mended_in_place(org, owner, client_of):
    group = create_group(actor=acting(owner), organization=org, name="Sales", description="")
    made = a_list(
        owner,
        "email;role;groups;ends\nana@example.org;vewer;;\nbo@example.org;;slaes;\ncy@example.org;;;31 Febuary\n",
    )
    assert set(buckets(made).values()) == {"malformed"}
    ana, bo, cy = made.rows.order_by("line")
    page = f"/o/marram/invitations/lists/{made.pk}/"
    html = client_of(owner).get(page).content.decode()
    for shown in (
        f'name="role-{ana.pk}" value="vewer"',
        f'name="groups-{bo.pk}" value="slaes"',
        '<option value="Viewer">',
    ):
        assert shown in html
    assert f'name="role-{bo.pk}"' not in html  # it said nothing about a role
    typed = {f"role-{ana.pk}": "viewer", f"groups-{bo.pk}": "Sales", f"ends-{cy.pk}": "2099-02-28"}
    client_of(owner).post(page, {"check": "1", **typed})
    assert set(buckets(made).values()) == {"ready"}
    send(made, owner)
    offers = {one.email[:2]: one for one in Invitation.objects.all()}
    assert (offers["an"].role.key, offers["bo"].group_ids, offers["cy"].access_ends_at.day) == (
        "viewer", [group.pk.hex], 28,
    )  # fmt: skip


def test_a_word_that_many_rows_say_is_mended_in_all_of_them_at_once(org, owner, client_of):
    made = a_list(
        owner,
        "email,role\n"
        + "".join(f"p{one}@example.org,memmber\n" for one in range(30))
        + "q@example.org,vewer\nr@example.org,viewer\n",
    )
    page = f"/o/marram/invitations/lists/{made.pk}/"
    html = client_of(owner).get(page).content.decode()
    assert "30 rows say <b>“memmber”</b>" in html
    assert "say <b>“vewer”</b>" not in html  # a single one is mended where it stands
    client_of(owner).post(page, {"mend_all": "0:role:memmber", "instead-0": "Member"})
    assert sorted(buckets(made).values()) == ["malformed"] + ["ready"] * 31
    for odd in ("", "0", "0:role", "0:pk:1", "9:list:x", "0:role:vewer\x00"):
        assert client_of(owner).post(page, {"mend_all": odd, "instead-0": "owner"}).status_code == 302
    assert made.rows.filter(role="Member").count() == 30


def test_a_field_that_nobody_typed_into_takes_no_word_from_any_row(org, owner, client_of):
    made = a_list(owner, "email,role\nana@example.org,admni\nbea@example.org,admni\n")
    page = f"/o/marram/invitations/lists/{made.pk}/"
    browser = client_of(owner)
    for typed in ("", " ", "\x00"):
        browser.post(page, {"mend_all": "0:role:admni", "instead-0": typed})
        assert set(made.rows.values_list("role", "bucket")) == {("admni", "malformed")}
    assert "Type first what those rows say instead of “admni”." in browser.get(page).content.decode()


def test_groups_that_one_may_not_know_of_are_not_offered_while_mending(org, owner, viewer, client_of):
    group_of(owner, "Board")
    desk = custom(owner, "Desk", "organization.read", "invitations.create", "roles.assign", "groups.read@groups")
    give(owner, viewer, desk)
    text = "email,role\nana@example.org,admni\n"
    for person, named in ((owner, True), (viewer, False)):
        made = a_list(person, text, role=desk.key)
        html = client_of(person).get(f"/o/marram/invitations/lists/{made.pk}/").content.decode()
        assert '<datalist id="its-groups">' in html
        assert ('<option value="Board">' in html) is named


def test_words_with_colons_and_markup_are_mended_as_they_are(org, owner, client_of):
    word = 'a:b "<script>&'
    quoted = word.replace('"', '""')
    made = a_list(owner, f'email,role\nana@example.org,"{quoted}"\nbea@example.org,"{quoted}"\n')
    page = f"/o/marram/invitations/lists/{made.pk}/"
    html = client_of(owner).get(page).content.decode()
    assert "<script>&" not in html
    assert 'value="0:role:a:b &quot;&lt;script&gt;&amp;"' in html
    client_of(owner).post(page, {"mend_all": f"0:role:{word}", "instead-0": "viewer"})
    assert set(made.rows.values_list("role", "bucket")) == {("viewer", "ready")}


def test_somebody_elses_list_and_one_that_was_sent_are_mended_by_nobody(org, owner, admin, outsider, client_of):
    made = a_list(owner, "email,role\nana@example.org,admni\nbea@example.org,admni\ncy@example.org,\n")
    page = f"/o/marram/invitations/lists/{made.pk}/"
    mend = {"mend_all": "0:role:admni", "instead-0": "viewer"}
    assert client_of(admin).post(page, mend).status_code == 404
    assert client_of(outsider).post(page.replace("marram", "lee"), mend).status_code == 404
    send(made, owner)
    client_of(owner).post(page, mend)
    assert made.rows.filter(role="admni").count() == 2


def test_a_role_that_is_not_ones_to_give_is_mended_in_place(org, admin, client_of):
    made = a_list(admin, "email,role\nana@example.org,owner\n")
    assert buckets(made) == {"ana@example.org": "role"}
    (row,) = made.rows.all()
    page = f"/o/marram/invitations/lists/{made.pk}/"
    html = client_of(admin).get(page).content.decode()
    assert f'name="role-{row.pk}" value="owner"' in html
    assert '<option value="Owner">' not in html
    client_of(admin).post(page, {"check": "1", f"role-{row.pk}": ""})
    assert buckets(made) == {"ana@example.org": "ready"}


def test_a_list_is_sent_once_with_what_each_row_says(org, owner):
    group = create_group(actor=acting(owner), organization=org, name="Sales", description="")
    made = a_list(owner, "email;role;groups;ends\nana@example.org;viewer;sales;2099-03-31\nbo@example.org\nnobody\n")
    with written() as news:
        job = send(made, owner)
        assert send(made, owner).pk == job.pk
    assert (job.state, job.changed) == ("done", 2)
    ana, bo = Invitation.objects.order_by("id")
    assert (ana.role.key, ana.group_ids, ana.access_ends_at.year) == ("viewer", [group.pk.hex], 2099)
    assert (bo.role.key, bo.group_ids, bo.access_ends_at) == ("member", [], None)
    assert news.actions == ["invitation.sent"] * 2
    assert {event.batch for event in news.events} == {job.pk}
    assert {mail.key for mail in news.mails} == {ana.mail_key, bo.mail_key}
    assert buckets(made) == {"ana@example.org": "sent", "bo@example.org": "sent", "nobody": "malformed"}
    with pytest.raises(ValidationError, match="sent already"):
        lists.leave_out(made, acting(owner), made.rows.first().pk)


def test_pressing_send_again_leaves_what_came_of_each_row(org, owner, staff, client_of):
    set_plan(actor=acting(staff), organization=org, plan="", seats=2, trial_cap=None, trusted=False)
    made = a_list(owner, "ana@example.org bo@example.org")
    page, browser = f"/o/marram/invitations/lists/{made.pk}/", client_of(owner)
    came = {"ana@example.org": "sent", "bo@example.org": "no_seat"}
    browser.post(page, {"send": "1"})
    assert buckets(made) == came
    set_plan(actor=acting(staff), organization=org, plan="", seats=None, trial_cap=None, trusted=False)
    with written() as news:
        browser.post(page, {"send": "1"})
    assert news.nothing
    assert buckets(made) == came


def test_all_addresses_of_whoever_invites_are_their_own(org, owner, member):
    """As far as they have shown it; of others it is not told that they have another address."""
    for person, verified in ((owner, True), (member, True), (owner, False)):
        email = f"{person.user.name[:5].strip()}.{verified}@home.example.org".lower()
        EmailAddress.objects.create(user=person.user, email=email, verified=verified)
    made = a_list(owner, "grace.true@home.example.org mina.true@home.example.org grace.false@home.example.org")
    assert list(made.rows.order_by("line").values_list("bucket", flat=True)) == ["own", "ready", "ready"]
    with written() as news, pytest.raises(ValidationError, match="your own address"):
        offer(owner, "Grace.True@home.example.org")
    assert news.nothing


def test_a_long_list_is_sent_by_a_worker_five_hundred_at_a_time(org, owner):
    made = a_list(owner, "\n".join(f"person{one}@example.org" for one in range(1_203)))
    job = send(made, owner)
    assert (job.state, job.total) == ("waiting", 1_203)
    assert run_due(60)
    job.refresh_from_db()
    assert (job.state, job.seen, job.changed) == ("done", 1_203, 1_203)
    assert counters(org) == (1, 0, 1_203)
    assert Event.objects.filter(action="invitation.sent", batch=job.pk).count() == 1_203
    assert Mail.objects.filter(key__startswith="invitation:").count() == 1_203
    assert set(made.rows.values_list("bucket", flat=True)) == {"sent"}


def test_how_far_the_sending_is_stands_on_the_page_in_numbers_that_move(org, owner, client_of):
    made = a_list(owner, "\n".join(f"person{one}@example.org" for one in range(1_203)))
    browser, page = client_of(owner), f"/o/marram/invitations/lists/{made.pk}/"
    job, seen = send(made, owner), []
    for _ in range(3):
        for headers in ({}, {"HX-Target": "progress"}):  # the page, and the part of it that is asked for every second
            html = browser.get(page, headers=headers).content.decode()
            assert 'hx-trigger="every 1s"' in html
            (bar,) = re.findall(r"<progress[^>]*>", html)
            assert 'aria-label="Inviting people"' in bar
            numbers = re.search(r'max="(\d+)" value="(\d+)"', bar)
            said = re.search(r"(\d+) %: ([\d,]+) of ([\d,]+)", html)
            seen.append((numbers.groups(), said.groups()))
        running.run(job.pk, 0)
    assert seen[::2] == seen[1::2] == [
        (("1203", "0"), ("0", "0", "1,203")),
        (("1203", "500"), ("41", "500", "1,203")),
        (("1203", "1000"), ("83", "1,000", "1,203")),
    ]  # fmt: skip
    html = browser.get(page).content.decode()
    assert "1,203 people are invited to Marram Instruments" in html
    assert "<progress" not in html
    assert "every 1s" not in html


def test_a_last_day_ends_in_the_zone_of_whoever_sends_whether_or_not_a_worker_does(org, owner, client_of, monkeypatch):
    User.objects.filter(pk=owner.user_id).update(time_zone="America/Los_Angeles")
    browser, ends = client_of(owner), []
    for most in (200, 0):
        monkeypatch.setattr("invitations.bulk.sending.MOST_HERE", most)
        made = a_list(owner, f"email,ends\np{most}@example.org,2099-03-31\n")
        browser.post(f"/o/marram/invitations/lists/{made.pk}/", {"send": "1"})
        assert run_due(60)
        ends.append(Invitation.objects.get(email=f"p{most}@example.org").access_ends_at)
    assert ends == [datetime(2099, 4, 1, 6, 59, 59, tzinfo=UTC)] * 2


def test_who_cannot_be_invited_any_more_when_it_is_sent_is_passed_over_with_the_reason(org, owner):
    made = a_list(owner, "ana@example.org bo@example.org")
    offer(owner, "bo@example.org")
    job = send(made, owner)
    assert job.changed == 1
    assert buckets(made) == {"ana@example.org": "sent", "bo@example.org": "invited"}


def test_whoever_may_no_longer_invite_sends_no_list(org, owner, admin):
    made = a_list(admin, "ana@example.org")
    Membership.objects.filter(pk=admin.pk).update(role=role_of(org, "viewer"))
    with written() as news, pytest.raises(PermissionDenied):
        send(made, admin)
    assert news.nothing


def test_a_list_is_its_makers_and_its_organizations_alone(org, owner, admin, outsider, client_of):
    made = a_list(owner, "ana@example.org")
    for browser, slug in ((client_of(admin), "marram"), (client_of(outsider), "lee"), (client_of(outsider), "marram")):
        for page in ("", "rows.csv"):
            assert browser.get(f"/o/{slug}/invitations/lists/{made.pk}/{page}").status_code == 404
        assert browser.post(f"/o/{slug}/invitations/lists/{made.pk}/", {"send": "1"}).status_code == 404
    assert not Invitation.objects.filter(status="pending").exists()


def test_a_file_is_uploaded_mended_and_sent_and_its_result_downloaded(org, owner, client_of, deactivated):
    browser = client_of(owner)
    file = BytesIO(f'email,role\nana@example.org,viewer\n"=cmd@example,org"\n{deactivated.email}\n'.encode())
    file.name = "people.csv"
    fields = {"file": file, "role": role_of(org, "member").pk, "days": "3"}
    page = browser.post(NEW, fields).headers["Location"]
    text = browser.get(page).content.decode()
    assert "people.csv" in text
    assert "Reactivate instead" in text
    to_fix = b"".join(browser.get(f"{page}rows.csv")).decode().splitlines()
    assert to_fix[0] == "email,role,groups,ends,line,outcome,why"
    assert to_fix[1].startswith('"\'=cmd@example,org"')
    assert len(to_fix) == 3
    row = InviteList.objects.get().rows.get(bucket="malformed")
    browser.post(page, {"check": "1", f"address-{row.pk}": "bo@example.org"})
    browser.post(page, {"send": "1"})
    assert set(Invitation.objects.filter(status="pending").values_list("email", "role__key")) == {
        ("ana@example.org", "viewer"), ("bo@example.org", "member"),
    }  # fmt: skip
    text = browser.get(page).content.decode()
    assert "2 people are invited to Marram Instruments" in text
    result = b"".join(browser.get(f"{page}rows.csv?all")).decode().splitlines()
    assert [line.split(",")[5] for line in result[1:]] == ["Invited", "Invited", "Deactivated here"]


def test_the_offer_for_all_is_changed_on_the_list(org, owner, client_of):
    made = a_list(owner, "ana@example.org")
    page = f"/o/marram/invitations/lists/{made.pk}/"
    client_of(owner).post(page, {"offer": "1", "role": role_of(org, "viewer").pk, "days": "14"})
    made.refresh_from_db()
    assert (made.role.key, made.days) == ("viewer", 14)
    answer = client_of(owner).post(page, {"offer": "1", "role": "none", "days": "14"})
    assert "Choose one of these roles." in answer.content.decode()


def test_the_page_of_a_list_ties_each_reason_to_its_fields_and_asks_for_no_groups_that_are_not_there(
    org, owner, client_of
):
    offer(owner, "ana@example.org")
    made = a_list(owner, "ana@example.org nobody", role="viewer")
    text = client_of(owner).get(f"/o/marram/invitations/lists/{made.pk}/").content.decode()
    row = made.rows.get(address="nobody")
    assert f'aria-describedby="why-{row.pk}"' in text
    assert f'id="why-{row.pk}"' in text
    assert "Groups</legend>" not in text
    said = re.search(r"ana@example.org.*?</li>", text, re.DOTALL).group()
    assert "Viewer" not in said  # the role of this list is not the one in which she is invited


def test_whoever_finds_no_seat_is_led_where_more_are_asked_for(org, owner, admin, staff, client_of):
    set_plan(actor=acting(staff), organization=org, plan="", seats=2, trial_cap=None, trusted=False)
    give(owner, admin, custom(owner, "Coordinator", "invitations.create", "invitations.read"))
    made = a_list(owner, "ana@example.org")
    full, plan = "No seat is free in Marram Instruments.", "/o/marram/settings/plan/"
    text = client_of(owner).get(NEW).content.decode()
    assert full in text
    assert plan in text
    text = client_of(owner).get(f"/o/marram/invitations/lists/{made.pk}/").content.decode()
    assert "1 person finds no free seat." in text
    assert plan in text
    text = client_of(admin).get(NEW).content.decode()
    assert full in text
    assert plan not in text
    assert "have somebody who runs the team ask for more" in text


def test_whoever_has_invited_all_that_the_plan_allows_reads_so_before_typing(org, owner, staff, client_of):
    offer(owner, "ana@example.org")
    cap = Organization.objects.get(pk=org.pk).addresses_invited
    set_plan(actor=acting(staff), organization=org, plan="", seats=None, trial_cap=cap, trusted=False)
    assert "has invited as many addresses as its plan allows" in client_of(owner).get(NEW).content.decode()
    set_plan(actor=acting(staff), organization=org, plan="", seats=None, trial_cap=cap + 1, trusted=False)
    assert "as its plan allows" not in client_of(owner).get(NEW).content.decode()


@pytest.mark.parametrize(
    "posted",
    [
        {"leave_out": "x"},
        {"take_back": "9" * 30},
        {"address-0": "\x00", "role-x": "x", "pk-1": "1"},
        {"use": "a:b"},
        {},
        {"bucket": "y"},
    ],
)
def test_odd_words_change_nothing(org, owner, client_of, posted):
    made = a_list(owner, "ana@example.org nobody")
    page = f"/o/marram/invitations/lists/{made.pk}/"
    assert client_of(owner).post(page, posted).status_code == 302
    assert client_of(owner).get(page, {"bucket": "zzz", "after": "\x00"}).status_code == 200
    assert client_of(owner).get(page, {"bucket": "ready", "after": "9" * 40}).status_code == 200
    assert buckets(made) == {"ana@example.org": "ready", "nobody": "malformed"}


def test_sorting_says_the_same_whether_an_address_has_an_account(org, owner):
    UserFactory(email="has@example.org")
    made = a_list(owner, "has@example.org hasnot@example.org")
    assert set(made.rows.values_list("bucket", "reason")) == {("ready", "")}
    assert User.objects.filter(email="has@example.org").exists()


def test_a_long_list_is_shown_in_parts_and_each_row_once(org, owner, client_of):
    made = a_list(owner, "\n".join(f"person{one}@example.org" for one in range(450)))
    page, browser = f"/o/marram/invitations/lists/{made.pk}/", client_of(owner)
    first = browser.get(page)
    assert len(first.content) < 60_000
    assert "Show all 450" in first.content.decode()
    seen, where = [], "?bucket=ready"
    while where:
        (shown,) = browser.get(f"{page}{where}").context["buckets"]
        seen += [one.row.address for one in shown.rows]
        where = shown.rest
    assert seen == [f"person{one}@example.org" for one in range(450)]


def test_a_reason_that_a_group_shares_is_said_once(org, owner, staff, client_of):
    set_plan(actor=acting(staff), organization=org, plan="", seats=1, trial_cap=None, trusted=False)
    made = a_list(owner, "ana@example.org bo@example.org uma@example.org")
    page = client_of(owner).get(f"/o/marram/invitations/lists/{made.pk}/").content.decode()
    assert page.count("No seat is free: Marram Instruments has 1.") == 1


def test_looking_at_a_list_asks_no_more_the_longer_it_is(org, owner, member, deactivated, client_of):
    offer(owner, "ove@example.org")
    few = a_list(owner, f"ana@example.org nobody ove@example.org {member.email} {deactivated.email}")
    many = a_list(owner, "\n".join([f"p{one}@example.org nobody{one}" for one in range(300)]))
    asked, browser = [], client_of(owner)
    browser.get("/o/marram/")  # the visit is noted
    for made in (few, many):
        with CaptureQueriesContext(connection) as queries:
            browser.get(f"/o/marram/invitations/lists/{made.pk}/")
        asked.append([one["sql"][:90] for one in queries])
    assert max(map(len, asked)) <= 12, asked


def test_groups_whose_names_hold_what_parts_groups_are_found_by_them(org, owner):
    names = ("Research/Development", "Sales, EMEA", "Sales", "Ops; night")
    groups = {name: group_of(owner, name).pk.hex for name in names}
    cells = {
        "research/development": ["Research/Development"],
        " Sales,  Research/Development ": ["Sales", "Research/Development"],
        "Sales, EMEA": ["Sales, EMEA"],
        "Ops; night; Sales, EMEA | Sales": ["Ops; night", "Sales, EMEA", "Sales"],
        ";Sales;;": ["Sales"],
    }
    text = "".join(f'person{number}@example.org,"{cell}"\n' for number, cell in enumerate(cells))
    made = a_list(owner, f"email,groups\n{text}")
    assert set(buckets(made).values()) == {"ready"}
    send(made, owner)
    found = Invitation.objects.filter(email__startswith="person").order_by("email")
    assert [one.group_ids for one in found] == [[groups[name] for name in named] for named in cells.values()]
    unknown = a_list(owner, 'email,groups\numa@example.org,"Sales, Elsewhere; Sales"\n')
    assert unknown.rows.get().reason == "There is no group “Elsewhere” in Marram Instruments."


def test_what_wants_mending_says_on_which_line_it_stands(org, owner, client_of):
    made = a_list(owner, "email,role\n\nana@example.org,chef\nnobody,\n")
    html = client_of(owner).get(f"/o/marram/invitations/lists/{made.pk}/").content.decode()
    said = [
        " ".join(re.sub("<[^>]+>", "", one).split()) for one in re.findall(r'<span class="said"[^>]*>(.*?)</li>', html)
    ]
    assert said[0].startswith("Line 3: There is no role “chef” in Marram Instruments.")
    assert said[1].startswith("Line 4: An email address must have an @-sign.")


def test_a_list_can_be_left_and_come_back_to_before_and_while_it_is_sent(org, owner, admin, client_of):
    made = a_list(owner, "\n".join(f"person{one}@example.org" for one in range(503)), name="people.csv")
    page, browser = f"/o/marram/invitations/lists/{made.pk}/", client_of(owner)

    def told(by: Membership = owner) -> str:
        html = client_of(by).get("/o/marram/invitations/").content.decode()
        return " ".join(re.sub("<[^>]+>", "", html).split()) if f'href="{page}"' in html else ""

    assert "The list of people from people.csv that you looked at last is not sent. Go on with it" in told()
    browser.post(page, {"send": "1"})
    assert "503 people are being invited: 0 %. See how far it is" in told()
    assert told(admin) == ""
    assert run_due(60)
    assert told() == ""
    assert browser.get(page).status_code == 200
