"""What may stand in the URL of the audit log and means nothing there: a sentence or an empty list, never an error."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.team.noting import LOG, note, shown, text_of
from tests.witness import written

NAMES = ("q", "person", "type", "action", "entity", "source", "batch", "since", "until", "before")


@pytest.fixture
def reader(client_of, owner):
    return client_of(owner)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "value",
    [
        "\x00", "a\x00b", "(((", ".*", "[a-", "\\", "%", "_", "'; --", '"', "{actor}", "{{ 1 }}", "x" * 5_000,
        "\ud800", "ß", "𝔘", "-1", "1e9", "0001-01-01", "9999-12-31", "2026-02-30", "2026-03", "2026", "２０２６-03-01",
        "2026-W01-1", "::", "256.1.1.1", "::ffff:1.2.3.4%eth0", "203.0.113.0/24", "a@b@c", "@", " ", "None",
        "9" * 400, "x@" + "y" * 300,
        "00000000-0000-0000-0000-000000000000", "{00000000-0000-0000-0000-000000000000}",
    ],
)  # fmt: skip
def test_value_that_means_nothing_is_no_error(reader, org, name, value):
    note(org, 3)
    query = urlencode({name: value}, errors="surrogatepass")
    with written() as news:
        page, choices = reader.get(f"{LOG}?{query}"), reader.get(f"{LOG}by/time/?{query}")
    assert page.status_code == choices.status_code == 200
    assert news.nothing


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"type": "nobody"}, "“nobody” is not who is behind a change."),
        ({"action": "member role"}, "Nothing in the log is called “member role”."),
        ({"entity": "^member.*$"}, "Nothing in the log is called “^member.*$”."),
        ({"source": "here"}, "“here” is no address on the internet"),
        ({"batch": "7"}, "“7” is no change to several."),
        ({"since": "2026-03"}, "“2026-03” is no day. Write it as 2026-03-31."),
        ({"until": "31.3.2026"}, "“31.3.2026” is no day."),
        ({"since": "2026-03-31", "until": "2026-03-01"}, "The time ends before it begins."),
        ({"person": "Nobody Here"}, "Nobody in Marram Instruments goes by “Nobody Here”."),
        ({"person": "no address@nowhere"}, "Nobody in Marram Instruments goes by “no address@nowhere”."),
    ],
)
def test_filter_that_is_not_understood_is_said_and_never_taken_for_all(reader, org, query, said):
    note(org, 3)
    page = reader.get(LOG, query | {"q": "omar"})
    assert said in text_of(page)
    assert shown(page) == []
    assert "Nothing is shown until that is put right. Clear filters" in text_of(page)


@pytest.mark.parametrize("query", [{"action": "role.invented"}, {"entity": "unicorn"}, {"q": "^o.*r$"}, {"q": "(omar"}])
def test_value_that_nothing_has_leaves_an_empty_list(reader, org, query):
    note(org, 3)
    page = reader.get(LOG, query)
    assert shown(page) == []
    assert "Clear filters" in text_of(page)


def test_action_that_is_declared_no_more_is_still_found(reader, org):
    old = note(org, action="member.waved")
    page = reader.get(LOG, {"action": "member.waved"})
    assert shown(page) == old
    assert "member.waved: Omar Haddad" in text_of(page)


def test_what_people_typed_is_escaped_everywhere(reader, org):
    evil = "<script>alert(1)</script>"
    note(org, actor_label=evil, target_label=evil, before={"status": evil}, user_agent=evil, address="203.0.113.7")
    person = org.memberships.get().user_id
    note(org, actor_id=person, target_id=person, actor_label=evil)
    for query in ("", f"?q={evil}", f"?person={evil}", f"?since={evil}", f"?action={evil}"):
        assert evil not in reader.get(LOG + query).content.decode()


def test_place_beyond_the_log_is_an_empty_page_with_a_way_back(reader, org):
    note(org, 3)
    assert "No event is older than that place in the log. Newest events" in text_of(reader.get(LOG, {"before": "1"}))
    said = text_of(reader.get(LOG, {"before": "1", "q": "omar"}))
    assert "Nothing older matches. Newest that match Clear filters" in said


def test_log_of_an_organization_without_events_says_so(reader, org):
    from_the_start = reader.get(LOG)
    assert "This is where the log begins" in text_of(from_the_start)


@pytest.mark.parametrize("name", ["time", "person", "action", "entity", "type", "source"])
def test_choices_keep_the_other_filters(reader, org, name):
    page = reader.get(f"{LOG}by/{name}/", {"q": "omar", "batch": "0" * 32})
    said = page.content.decode()
    assert "q=omar&amp;" in said or '<input type="hidden" name="q" value="omar">' in said
    part = reader.get(f"{LOG}by/{name}/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part


def test_choices_of_what_is_no_filter_are_not_found(reader, org):
    assert reader.get(f"{LOG}by/nothing/").status_code == 404
    assert "account" not in text_of(reader.get(f"{LOG}by/entity/", headers={"HX-Request": "true"})).lower()
