"""What changed about one person: for those who read the log, and for themselves."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.guards import lowered
from audit.models import Event
from organizations.actions.ending import set_end
from organizations.models import Membership
from tests.factories import acting, crowd, join
from tests.organizations.changing import assign
from tests.team.test_access_page import text_of
from tests.witness import written


def page_of(client, membership: Membership, query: str = ""):
    return client.get(f"/o/marram/members/{membership.pk}/history/{query}")


def test_history_of_one_person_newest_first(client_of, owner, admin, member):
    assign(owner, "viewer", member)
    with written() as news:
        said = text_of(page_of(client_of(admin), member))
    assert news.nothing
    changed = said.index("Grace Okafor changed Mina Haddad &#x27;s role from Member to Viewer")
    assert changed < said.index("Mina Haddad accepted the invitation and joined as Member")
    assert "Tomás Rivera accepted" not in said


def test_everyone_reads_their_own_without_where_it_came_from(client_of, owner, admin, member):
    with lowered():
        Event.objects.filter(target_id=member.user_id).update(address="203.0.113.9")
    own, whole = page_of(client_of(member), member), page_of(client_of(admin), member)
    assert "What was done with your membership in Marram Instruments" in text_of(own)
    assert "joined as Member" in text_of(own)
    assert "203.0.113.9" not in text_of(own)
    assert "203.0.113.9" in text_of(whole)
    assert page_of(client_of(member), admin).status_code == 403


def test_history_is_of_this_organization_alone(client_of, owner, member, outsider):
    join(outsider, member.user)
    assert text_of(page_of(client_of(owner), member)).count("joined as") == 1
    assert page_of(client_of(owner), outsider).status_code == 404


def test_pages_are_found_by_place_and_cost_the_same(client_of, owner, member):
    org = owner.organization
    browser = client_of(owner)
    browser.get("/o/marram/")
    counts = []
    for times in (1, 60):
        for number in range(times):
            assign(owner, "viewer" if number % 2 == 0 else "member", member)
            assign(owner, "member" if number % 2 == 0 else "viewer", member)
        crowd(org, 30)
        with CaptureQueriesContext(connection) as queries:
            page = page_of(browser, member)
        counts.append(len(queries))
        assert len(page.content) <= 60 * 1024
    assert counts[0] == counts[1] <= 12
    older = page.context["page"].next_page
    shown = {line.event.number for _, lines in page.context["page"].days for line in lines}
    then = page_of(browser, member, f"?before={older}").context["page"]
    assert not shown & {line.event.number for _, lines in then.days for line in lines}
    for nonsense in ("?before=x", "?before=" + "9" * 40, "?before=%00", "?before=-1"):
        assert page_of(browser, member, nonsense).status_code == 200


def test_a_day_that_was_set_stands_in_the_sentence(client_of, owner, member):
    when = timezone.now() + timedelta(days=40)
    set_end(actor=acting(owner), organization=owner.organization, memberships=[member], ends_at=when)
    said = text_of(page_of(client_of(owner), member))
    day = f"{when.day} {when:%B %Y}"
    assert f"Grace Okafor changed when the access of Mina Haddad ends: {day}" in said
    set_end(actor=acting(owner), organization=owner.organization, memberships=[member], ends_at=None)
    assert "ends: never" in text_of(page_of(client_of(owner), member))
