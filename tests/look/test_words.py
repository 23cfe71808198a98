"""How pages write times, names, numbers and addresses."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.template import Context, Template
from django.utils import timezone

from config.templatetags.look import (
    ago,
    as_moment,
    breakable,
    briefly,
    exactly,
    initials,
    number,
    on_day,
    plural,
    weekday,
)

pytestmark = pytest.mark.no_database

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _on_a_saturday_evening():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(seconds=5), "Just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=12), "12 minutes ago"),
        (timedelta(hours=2), "2 hours ago"),
        (timedelta(hours=20), "Yesterday"),
        (timedelta(days=6), "6 days ago"),
        (timedelta(days=60), "22 September"),
        (timedelta(days=400), "17 October 2025"),
        (timedelta(seconds=-5), "In a moment"),
        (timedelta(hours=-20), "Tomorrow"),
        (timedelta(days=-6), "in 6 days"),
        (timedelta(days=-90), "19 February 2027"),
    ],
)
def test_a_time_is_told_by_its_distance(distance, words):
    assert f">{words}</time>" in ago(NOW - distance)


def test_a_time_says_exactly_when_on_hover_in_the_persons_zone():
    with timezone.override(ZoneInfo("Europe/Berlin")):
        shown = ago(NOW - timedelta(minutes=12))
    assert 'title="2026-11-21 18:48 Europe/Berlin"' in shown
    assert 'datetime="2026-11-21T18:48:00+01:00"' in shown


def test_yesterday_is_the_persons_own():
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert ">Yesterday<" in ago(late)
    with timezone.override(ZoneInfo("Asia/Tokyo")):  # there it is the 22nd by now, and was the 21st then
        assert ">Yesterday<" in ago(late)
    with timezone.override(ZoneInfo("Pacific/Honolulu")):
        assert ">Yesterday<" in ago(datetime(2026, 11, 21, 6, 0, tzinfo=UTC))


def test_inside_a_sentence_words_begin_small():
    assert ">yesterday<" in ago(NOW - timedelta(hours=20), "mid-sentence")
    assert ">2 hours ago<" in ago(NOW - timedelta(hours=2), "mid-sentence")
    assert ">in 6 days<" in ago(NOW + timedelta(days=6), "mid-sentence")
    assert ">on 22 September<" in ago(NOW - timedelta(days=60), "mid-sentence")


def test_in_a_column_a_time_is_brief():
    assert ">17:31<" in briefly(NOW - timedelta(minutes=29))
    assert ">Yesterday<" in briefly(NOW - timedelta(days=1))
    assert ">2 Jun<" in briefly(datetime(2026, 6, 2, tzinfo=UTC))
    assert ">Apr 2025<" in briefly(datetime(2025, 4, 9, tzinfo=UTC))


def test_the_exact_time_is_written_out():
    assert ">Saturday 28 November, 18:00<" in exactly(NOW + timedelta(days=7))
    assert ">Sunday 21 November 2027, 18:00<" in exactly(NOW + timedelta(days=365))


def test_a_day_of_this_year_needs_no_year():
    assert ">9 April<" in on_day(datetime(2026, 4, 9, tzinfo=UTC))
    assert ">9 April 2025<" in on_day(datetime(2025, 4, 9, tzinfo=UTC))


@pytest.mark.parametrize("filter_", [ago, exactly, on_day, briefly])
def test_no_time_is_nothing(filter_):
    assert filter_(None) == ""


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Grace Okafor", "GO"),
        ("Chloé de la Tour", "CT"),
        ("Prince", "PR"),
        ("hana.kobayashi@marram.example", "HK"),
        ("d_oconnell@marram.example", "DO"),
        ("李小龙", "李小"),
        ("", "?"),
        ("@@", "?"),
    ],
)
def test_initials_tell_people_apart(name, letters):
    assert initials(name) == letters


def test_an_address_breaks_after_its_sign_and_stays_escaped():
    assert breakable("a<b>@example.org") == "a&lt;b&gt;@<wbr>example.org"


@pytest.mark.parametrize(("count", "words"), [(0, "0 people"), (1, "1 person"), (4120, "4,120 people")])
def test_numbers_carry_their_word(count, words):
    assert plural(count, "person,people") == words


def test_thousands_are_told_apart():
    assert number(100_000) == "100,000"


def test_icons_and_reach_come_from_the_one_file():
    page = Template('{% icon "users" "icon-sm" %}{% reach 3 %}').render(Context())
    assert '<svg class="icon icon-sm" aria-hidden="true"><use href="/static/img/icons.svg#i-users"/></svg>' in page
    assert '<use href="/static/img/icons.svg#reach-3"/>' in page


def test_the_heading_of_a_day_is_near_or_named():
    today = NOW.date()
    assert weekday(today) == "Today"
    assert weekday(today - timedelta(days=1)) == "Yesterday"
    assert weekday(today - timedelta(days=3)) == "Wed 18 November"
    assert weekday(today - timedelta(days=400)) == "Fri 17 Oct 2025"


def test_a_moment_that_an_event_kept_is_told_in_the_persons_zone():
    with timezone.override(ZoneInfo("Europe/Berlin")):
        assert ">Saturday 28 November, 19:00</time>" in str(as_moment("2026-11-28 18:00:00.145838+00:00"))
    for other in ("Member", "2026-11-28", 7, None, "2026-13-28 18:00:00", ""):
        assert as_moment(other) == other
