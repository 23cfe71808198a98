"""A list whose sending does not go as the page said: everybody on it is told of, with the reason."""

from __future__ import annotations

from invitations.models import Invitation
from jobs import running
from jobs.running import run_due
from organizations.models import Membership
from tests.factories import role_of
from tests.invitations.test_lists import a_list, send


def test_whoever_was_not_reached_when_the_sending_stopped_is_told_of_and_can_be_downloaded(org, admin, client_of):
    made = a_list(admin, "\n".join(f"person{one}@example.org" for one in range(503)))
    job = send(made, admin)
    running.run(job.pk, 0)
    browser, page = client_of(admin), f"/o/marram/invitations/lists/{made.pk}/"
    assert len(b"".join(browser.get(f"{page}rows.csv")).decode().splitlines()) == 1  # it goes on: nobody wants mending
    Membership.objects.filter(pk=admin.pk).update(role=role_of(org, "viewer"))
    assert run_due(60)
    Membership.objects.filter(pk=admin.pk).update(role=role_of(org, "admin"))
    assert Invitation.objects.filter(email__startswith="person").count() == 500
    html = browser.get(page).content.decode()
    assert "It stopped: " in html
    assert "3 rows got nothing" in html
    assert "<b>Not reached</b>" in html
    assert "The sending stopped before it came to them." in html
    assert "Get an invitation when you send" not in html
    for query, number in (("", 4), ("?all", 504)):
        rows = b"".join(browser.get(f"{page}rows.csv{query}")).decode().splitlines()
        assert len(rows) == number
        assert rows[-1].endswith(",Not reached,The sending stopped before it came to this row.")
