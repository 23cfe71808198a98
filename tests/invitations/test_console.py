"""The page of invitations: tabs with counts, what became of each mail, and what can be done about one of them."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from invitations.actions.answering import accept, decline
from invitations.actions.offering import invite
from invitations.actions.withdrawing import revoke
from invitations.models import Invitation, InvitationStatus
from mail.models import Mail, State
from tests.factories import UserFactory, acting, invitee, join, offer, role_of
from tests.invitations.failing import fail_mail
from tests.organizations.test_groups import custom, give, group_of, put
from tests.witness import deliver, link_in, written

PAGE = "/o/marram/invitations/"


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def tabs(html):
    """What each tab says of its number."""
    found = re.findall(r'href="\?status=(\w+)"[^>]*>[^<]*<span class="n">([^<]*)</span>', html)
    return dict(found)


def addresses(html):
    return re.findall(r'<a class="name"[^>]*title="([^"]*)"', html)


@pytest.fixture
def all_states(org, owner, member):
    """One invitation of each state, and two that are open: the mail of one failed."""
    rows = SimpleNamespace(
        open=offer(owner, "ada@example.org"),
        failed=offer(owner, "ben@example.org"),
        declined=offer(owner, "dan@example.org"),
        revoked=offer(owner, "eva@example.org"),
        expired=offer(owner, "fay@example.org"),
    )
    fail_mail(rows.failed)
    decline(actor=invitee(None, "dan@example.org"), invitation=rows.declined, version=1)
    revoke(actor=acting(owner), organization=org, invitations=[rows.revoked])
    Invitation.objects.filter(pk=rows.expired.pk).update(expires_at=timezone.now() - timedelta(hours=1))
    join(owner, UserFactory(email="cem@example.org"))
    return rows


def test_each_tab_says_how_many_and_lists_them(client_of, owner, all_states):
    browser = client_of(owner)
    counted = {"pending": "2", "failed": "1", "accepted": "2", "declined": "1", "revoked": "1", "expired": "1"}
    assert tabs(text_of(browser.get(PAGE))) == counted  # `member` joined by an invitation too
    assert addresses(text_of(browser.get(PAGE))) == ["ben@example.org", "ada@example.org"]
    for status, email in (("failed", "ben"), ("declined", "dan"), ("revoked", "eva"), ("expired", "fay")):
        assert addresses(text_of(browser.get(f"{PAGE}?status={status}"))) == [f"{email}@example.org"]


def test_a_tab_counts_to_a_thousand_and_says_that_there_are_more(client_of, org, owner, django_assert_max_num_queries):
    now = timezone.now()
    Invitation.objects.bulk_create(
        Invitation(
            organization=org,
            email=f"old{number}@example.org",
            status=InvitationStatus.REVOKED,
            invited_by=owner.user,
            expires_at=now,
            answered_at=now,
        )
        for number in range(1_001)
    )
    browser = client_of(owner)
    browser.get(PAGE)
    with django_assert_max_num_queries(12):
        html = text_of(browser.get(f"{PAGE}?status=revoked"))
    assert tabs(html)["revoked"] == "1,000+"
    assert len(html) < 60_000


def test_however_many_are_pending_their_number_is_exact(client_of, org, owner):
    invite(
        actor=acting(owner),
        organization=org,
        addresses=[f"p{number}@example.org" for number in range(1_203)],
        role=role_of(org, "member"),
        days=7,
    )
    html = text_of(client_of(owner).get(PAGE))
    assert tabs(html)["pending"] == "1,203"
    assert "All 1,203" in html


def test_what_failed_says_why_in_words_and_leads_to_the_tab(client_of, owner, all_states):
    browser = client_of(owner)
    assert "did not go out" in text_of(browser.get(PAGE))
    html = text_of(browser.get(f"{PAGE}?status=failed"))
    assert "The address does not exist." in html
    assert "Send all that failed again" in html


def bad_news(html):
    found = re.search(r'<p class="notice bad.*?</p>', html, re.DOTALL)
    return found.group() if found else ""


def test_an_invitation_whose_mail_failed_says_why_and_leads_to_what_mends_it(client_of, owner, member, all_states):
    page = f"{PAGE}{all_states.failed.pk}/"
    said = bad_news(text_of(client_of(owner).get(page)))
    assert "The mail did not go out." in said
    assert Mail.objects.get(state=State.FAILED).reason in said
    assert f"{page}address/" in said
    assert f"{page}address/" not in bad_news(text_of(client_of(member).get(page)))
    assert not bad_news(text_of(client_of(owner).get(f"{PAGE}{all_states.open.pk}/")))


def test_where_nobody_is_waiting_there_is_one_way_to_begin(client_of, owner, other_org, outsider):
    text = text_of(client_of(outsider).get(f"/o/{other_org.slug}/invitations/"))
    assert text.count(f'href="/o/{other_org.slug}/invitations/new/"') == 1
    assert 'type="search"' not in text
    offer(outsider, "ada@example.org")
    text = text_of(client_of(outsider).get(f"/o/{other_org.slug}/invitations/"))
    assert text.count(f'href="/o/{other_org.slug}/invitations/new/"') == 1
    assert 'type="search"' in text
    text = text_of(client_of(outsider).get(f"/o/{other_org.slug}/invitations/?q=zzz"))
    assert "No address here begins with" in text
    assert 'type="search"' in text


def test_what_is_queued_and_what_was_sent_says_so_and_what_is_tried_again_says_why(client_of, owner):
    offer(owner, "ada@example.org")
    deliver()
    queued, tried = offer(owner, "ben@example.org"), offer(owner, "cem@example.org")
    Mail.objects.filter(key=tried.mail_key).update(attempts=2, reason="The mail server put it off (450).")
    html = text_of(client_of(owner).get(PAGE))
    rows = dict(zip(addresses(html), html.split("<tr>")[2:], strict=True))
    assert "Sent <time" in rows["ada@example.org"]
    assert "On its way" in rows[queued.email]
    assert "Tried 2 times: The mail server put it off (450)." in rows[tried.email]


def test_search_finds_addresses_by_how_they_begin_on_that_tab(client_of, owner, all_states):
    offer(owner, "adam@example.org")
    browser = client_of(owner)
    assert addresses(text_of(browser.get(f"{PAGE}?q=ADA"))) == ["adam@example.org", "ada@example.org"]
    assert addresses(text_of(browser.get(f"{PAGE}?q=da"))) == []
    assert "No address here begins with" in text_of(browser.get(f"{PAGE}?q=%25"))
    assert "No address here begins with" in text_of(browser.get(f"{PAGE}?q=dan"))
    text_of(browser.get(f"{PAGE}?q=%00"))


def test_extending_from_the_page_lets_the_same_link_stand(client_of, org, owner):
    invitation = offer(owner, "ada@example.org", days=1)
    link = link_in(deliver()[0])
    browser = client_of(owner)
    assert "Let the invitation to ada@example.org stand for longer?" in text_of(
        browser.get(f"{PAGE}{invitation.pk}/extend/")
    )
    with written() as news:
        response = browser.post(f"{PAGE}{invitation.pk}/extend/?next={PAGE}?q=ada", {"days": "14"})
    assert response.headers["Location"] == f"{PAGE}?q=ada"
    assert news.actions == ["invitation.extended"]
    assert not news.mails
    invitation.refresh_from_db()
    assert invitation.expires_at > timezone.now() + timedelta(days=13)
    stranger = client_of(None)
    assert "Accept" in text_of(stranger.get(stranger.get(link).headers["Location"]))


def test_extending_to_an_earlier_day_says_why_not_beside_the_field(client_of, owner):
    invitation = offer(owner, "ada@example.org", days=30)
    html = text_of(client_of(owner).post(f"{PAGE}{invitation.pk}/extend/", {"days": "3"}))
    assert "is open for longer already" in html
    assert "An invitation is open for 1 to 30 days." in text_of(
        client_of(owner).post(f"{PAGE}{invitation.pk}/extend/", {"days": "400"})
    )


def test_correcting_the_address_from_the_page_makes_another_invitation(client_of, org, owner):
    wrong = offer(owner, "adda@example.org")
    with written() as news:
        response = client_of(owner).post(f"{PAGE}{wrong.pk}/address/", {"email": " Ada@example.org "})
    assert response.status_code == 302
    assert news.actions == ["invitation.revoked", "invitation.sent"]
    (right,) = org.invitations.pending(timezone.now())
    assert right.email == "ada@example.org"
    assert [mail.key for mail in news.mails] == [right.mail_key]


@pytest.mark.parametrize("typed", ["", "nobody", "mina@marram.example.org", "adda@example.org\x00"])
def test_an_address_that_cannot_be_invited_stays_in_the_field_with_the_reason(client_of, owner, member, typed):
    wrong = offer(owner, "adda@example.org")
    with written() as news:
        html = text_of(client_of(owner).post(f"{PAGE}{wrong.pk}/address/", {"email": typed}))
    assert 'id="id_email_error"' in html
    assert news.nothing


def test_correcting_to_the_same_address_changes_nothing_and_says_so(client_of, owner):
    invitation = offer(owner, "ada@example.org")
    with written() as news:
        html = text_of(client_of(owner).post(f"{PAGE}{invitation.pk}/address/", {"email": " ADA@example.org"}))
    assert "The invitation goes to that address already." in html
    assert news.nothing


def test_what_is_over_offers_no_change_and_says_why(client_of, org, owner):
    gone = offer(owner, "ada@example.org")
    revoke(actor=acting(owner), organization=org, invitations=[gone])
    for name in ("extend", "address", "resend", "revoke"):
        html = text_of(client_of(owner).get(f"{PAGE}{gone.pk}/{name}/"))
        assert "is revoked" in html, name
        assert '<button class="btn btn-danger"' not in html


def test_next_leads_only_to_pages_of_the_organization(client_of, owner):
    for wanted in (
        "https://evil.example/",
        "//evil.example",
        "/o/fescue/",
        "/o/marram/../../x",
        "/o/marram/..",
        "/o/marram\\@evil.example",
    ):
        invitation = offer(owner, f"a{abs(hash(wanted))}@example.org")
        response = client_of(owner).post(f"{PAGE}{invitation.pk}/revoke/?next={wanted}")
        assert response.headers["Location"] == PAGE, wanted


def test_history_of_one_invitation_tells_everything_in_order(client_of, org, owner, admin):
    invitation = offer(owner, "ada@example.org")
    fail_mail(invitation)
    client_of(admin).post(f"{PAGE}{invitation.pk}/resend/")
    deliver()
    user = UserFactory(email="ada@example.org", name="Ada Abel")
    invitation.refresh_from_db()
    accept(actor=invitee(user), user=user, invitation=invitation, version=2)
    html = text_of(client_of(owner).get(f"{PAGE}{invitation.pk}/"))
    said = re.findall(r'<span class="said">(.*?)</span>', html)
    assert [re.sub(r"<[^>]+>", "", one) for one in said] == [
        "Ada Abel accepted the invitation and joined as Member",
        "Tomás Rivera sent the invitation to ada@example.org again",
        "The mail with the invitation to ada@example.org did not go out",
        "Grace Okafor invited ada@example.org as Member",
    ]
    assert "Accepted" in html
    assert "The address does not exist." in html


def test_groups_that_one_may_not_know_of_are_not_named(client_of, org, owner, viewer):
    boards = [group_of(owner, "Board"), group_of(owner, "Field sales")]
    put(owner, boards[1], viewer)
    (invitation,) = invite(
        actor=acting(owner),
        organization=org,
        addresses=["ada@example.org"],
        role=role_of(org, "member"),
        days=7,
        groups=boards,
    ).done
    page = f"{PAGE}{invitation.pk}/"
    assert text_of(client_of(owner).get(page)).count("Board") == 2
    give(owner, viewer, custom(owner, "Desk", "organization.read", "invitations.read", "groups.read@groups"))
    html = text_of(client_of(viewer).get(page))
    assert "Board" not in html
    assert html.count("Field sales") == 1


def test_history_of_an_invitation_of_another_organization_is_not_found(client_of, owner, outsider):
    invitation = offer(outsider, "ada@example.org")
    assert client_of(owner).get(f"{PAGE}{invitation.pk}/").status_code == 404


def test_mails_that_wait_or_were_given_up_are_never_both(all_states):
    """The mark stands for a mail that failed, and for nothing else."""
    for invitation in Invitation.objects.all():
        mail = Mail.objects.get(key=invitation.mail_key)
        assert (mail.state == State.FAILED) == bool(invitation.mail_failed_at)


def test_the_overview_says_how_many_failed_to_whoever_can_mend_it(client_of, owner, member, all_states):
    line = "The mail of 1 invitation failed"
    assert line in text_of(client_of(owner).get("/o/marram/"))
    assert line not in text_of(client_of(member).get("/o/marram/"))
