"""The page of the log and the histories with what several events did as one line."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.guards import lowered
from audit.models import Event
from organizations.actions.arranging import arrange_groups
from organizations.actions.group_places import add_to_group
from organizations.actions.groups import create_group
from organizations.models import Group, Membership
from team.event_pages import PARTS_A_PAGE, FoldedLine
from tests.factories import UserFactory, acting, join, offer
from tests.organizations.changing import assign, dismiss
from tests.team.noting import LOG, events_of, lines_of, note, text_of
from tests.test_queries import asked

THEM = UUID(int=7)


def group(owner: Membership, name: str) -> Group:
    return create_group(actor=acting(owner), organization=owner.organization, name=name, description="")


def folded(page) -> list[FoldedLine]:
    return [line for line in lines_of(page) if isinstance(line, FoldedLine)]


def test_people_added_to_a_group_are_one_line_that_opens_to_each(client_of, owner, org):
    spring = group(owner, "Spring launch")
    add_to_group(actor=acting(owner), group=spring, memberships=[join(owner, UserFactory()) for _ in range(8)])
    page = client_of(owner).get(LOG)
    content, said = page.content.decode(), text_of(page)
    assert "<b>Grace Okafor</b> added <b>8 people</b> to <b>Spring launch</b>" in content
    assert "8 events" in said
    line = folded(page)[0]
    assert f'<a href="{LOG}?batch={line.stretch.batch.hex}">Show all 8 events</a>' in content
    assert content.count("into the group <b>Spring launch</b>") == 8
    assert content.count("<span>Group <ins>Spring launch</ins></span>") == 8


def test_removal_says_what_it_revoked(client_of, owner, admin):
    for place in range(2):
        offer(admin, f"new{place}@example.org")
    dismiss(owner, admin)
    said = text_of(client_of(owner).get(LOG))
    assert "Grace Okafor removed Tomás Rivera from the organization and, with that, revoked 2 invitations" in said
    assert "3 events" in said


def test_filtered_by_its_batch_nothing_is_folded(client_of, owner, org, member, viewer):
    assign(owner, "admin", member, viewer)
    batch = Event.objects.filter(action="member.role_changed").values_list("batch", flat=True)[0]
    page = client_of(owner).get(LOG, {"batch": batch.hex})
    assert not folded(page)
    assert len(lines_of(page)) == 2
    assert "changed the role of" not in text_of(page)


def test_filter_counts_what_matches_and_leads_to_the_whole_change(client_of, owner, admin):
    for place in range(2):
        offer(admin, f"new{place}@example.org")
    dismiss(owner, admin)
    page = client_of(owner).get(LOG, {"action": "invitation.revoked"})
    said, content = text_of(page), page.content.decode()
    assert "Grace Okafor revoked 2 invitations" in said
    (line,) = folded(page)
    assert "Counted What matches the filters" in said
    assert f'href="{LOG}?action=invitation.revoked&amp;batch={line.stretch.batch.hex}">Show all 2 that match' in content
    assert f'href="{LOG}?batch={line.stretch.batch.hex}">Show the whole change' in content


def test_own_record_folds_too_without_a_way_into_the_log_and_without_reasons(client_of, owner, org, member, viewer):
    both = [group(owner, "A"), group(owner, "B")]
    arrange_groups(actor=acting(owner), membership=member, into=both, out_of=[])
    with lowered():
        Event.objects.filter(chain_id=org.pk, action="group.member_added").update(
            after={"group": "A", "reason": "Night shift was deleted"}
        )
    path = f"/o/marram/members/{member.pk}/history/"
    page = client_of(member).get(path)
    content = page.content.decode()
    (line,) = folded(page)
    assert "Night shift" not in content
    assert LOG not in content
    assert f'href="{path}?batch={line.stretch.batch.hex}">Show all 2 events' in content
    alone = client_of(member).get(path, {"batch": line.stretch.batch.hex})
    assert len(lines_of(alone)) == 2
    assert not folded(alone)
    assert "These are the events of one change." in text_of(alone)
    assert "Night shift" not in alone.content.decode()
    assert LOG not in alone.content.decode()
    assert "Night shift" in client_of(owner).get(path).content.decode()


def test_batch_of_somebody_else_says_nothing_in_ones_own_record(client_of, owner, org, member, viewer):
    assign(owner, "admin", viewer)
    note(org, 2, batch=(batch := uuid4()))
    page = client_of(member).get(f"/o/marram/members/{member.pk}/history/", {"batch": batch.hex})
    assert not lines_of(page)
    assert "Omar Haddad" not in page.content.decode()


FILTERED = "action=member.deactivated&entity=member&q=omar"
MONTHS = "since=2020-01-01&until=2099-01-01"


@pytest.mark.parametrize(
    "query",
    [
        "", "action=member.deactivated", MONTHS, f"person={THEM.hex}", f"person={THEM.hex}&{MONTHS}", FILTERED,
        f"{FILTERED}&{MONTHS}", f"{FILTERED}&{MONTHS}&person={THEM.hex}",
    ],
)  # fmt: skip
def test_page_of_long_changes_asks_at_most_twelve_times_and_stays_small(client_of, owner, org, query):
    reader = client_of(owner)
    reader.get(LOG)
    for _ in range(5):
        note(org, 1_200, batch=uuid4(), actor_id=THEM)
        note(org, 3, actor_id=THEM)
    with CaptureQueriesContext(connection) as queries:
        page = reader.get(f"{LOG}?{query}")
    assert len(asked(queries)) <= 12, " ".join(asked(queries))
    assert len(page.content) <= 60 * 1024
    assert folded(page)
    assert "1,200 events" in text_of(page) or "more than 1,000 events" in text_of(page)


def test_page_full_of_changes_to_several_stays_small(client_of, owner, org):
    for _ in range(40):
        note(org, 25, batch=uuid4(), action="member.role_changed", before={"role": "Member"}, after={"role": "Viewer"})
    page = client_of(owner).get(LOG)
    assert len(page.content) <= 60 * 1024
    assert all(2 <= len(line.parts) <= 20 for line in folded(page))


def test_whoever_did_it_is_shown_by_initials_and_staff_and_programs_by_what_they_are(client_of, owner, org):
    for kind, by in (
        ("STAFF_ACTION", "Support"),
        ("PROVISIONING", "Identity provider"),
        ("USER_ACTION", "Nadia Brandt"),
    ):
        note(org, type=kind, actor_label=by)
    content = client_of(owner).get(LOG).content.decode()
    assert '<span class="tag">Provisioning</span>' in content
    assert '<span class="tag wait">Staff</span>' in content
    assert '<span class="avatar sm" aria-hidden="true">NB</span>' in content
    for name in ("headset", "robot"):
        assert f"#i-{name}" in content


def test_place_in_the_chain_is_told_with_its_hash(client_of, owner, org, member):
    event = Event.objects.filter(chain_id=org.pk).order_by("-number")[0]
    told = bytes(event.hash).hex()
    assert f"No. {event.number} {told[:4]}…{told[-4:]}" in text_of(client_of(owner).get(LOG))


def test_events_of_a_line_are_the_newest_of_it_first(client_of, owner, org):
    several = note(org, 30, batch=uuid4())
    line = folded(client_of(owner).get(LOG))[0]
    assert [event.number for event in events_of(line)] == several[::-1]
    half = PARTS_A_PAGE // 2  # the other half is for what founded the organization
    assert [part.event.number for part in line.parts] == several[: -half - 1 : -1]
