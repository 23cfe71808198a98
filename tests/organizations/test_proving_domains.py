"""A domain is proven by a record in its DNS, asked of a real server on loopback, and asked for again every week."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, connections
from django.utils import timezone

from organizations import asking_dns
from organizations.actions.domains import add_domain, prove_domain, remove_domain, unprove_domain
from organizations.actions.proving import ask_for_check, note_answer
from organizations.models import DnsAnswer, Domain
from organizations.tasks import prove_domains
from tests.dns_server import DnsServer, serving
from tests.factories import acting
from tests.witness import deliver, written

NAME = "_roster.marram.example"


@pytest.fixture
def dns(settings) -> Iterator[DnsServer]:
    with serving() as server:
        settings.DNS_RESOLVERS = [("127.0.0.1", server.port)]
        yield server


@pytest.fixture
def domain(owner) -> Domain:
    return add_domain(actor=acting(owner), organization=owner.organization, name="Marram.example")


def check(by, domain: Domain) -> Domain:
    """Somebody presses the button, and a worker comes."""
    ask_for_check(actor=acting(by), domain=domain)
    prove_domains()
    domain.refresh_from_db()
    return domain


def later(domain: Domain, **distance: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(**distance), tick=True)


def test_domain_is_named_and_says_which_record_to_set(org, owner):
    with written() as news:
        domain = add_domain(actor=acting(owner), organization=org, name=" @Bücher.Example ")
    assert (domain.name, domain.is_proven, domain.answer) == ("xn--bcher-kva.example", False, "")
    assert domain.record_name == "_roster.xn--bcher-kva.example"
    assert domain.record_value == f"roster-verification={domain.token}"
    assert len(domain.token) >= 32
    (event,) = news.events
    assert (event.action, event.target_label) == ("domain.added", "xn--bcher-kva.example")
    with written() as news:
        assert add_domain(actor=acting(owner), organization=org, name="BÜCHER.example") == domain
    assert news.nothing


@pytest.mark.parametrize(
    "name",
    [
        "gmail.com", "GMail.com", "@outlook.com", "ｇｍｘ.de", "outlook.fr", "hotmail.es", "live.nl", "yahoo.ca",
        "yahoo.com.br", "ya.ru", "ukr.net", "foxmail.com", "virgilio.it", "o2.pl", "bigpond.com", "att.net", "sapo.pt",
        "yopmail.com",
    ],
)  # fmt: skip
def test_provider_of_public_mail_is_refused(org, owner, name):
    with written() as news, pytest.raises(ValidationError) as refused:
        add_domain(actor=acting(owner), organization=org, name=name)
    assert refused.value.code == "public"
    assert news.nothing


@pytest.mark.parametrize("name", ["", "nothing", "two words.example", "a\x00.example", "\ud800.example", "x" * 5_000])
def test_what_is_no_domain_is_refused(org, owner, name):
    with pytest.raises(ValidationError) as refused:
        add_domain(actor=acting(owner), organization=org, name=name)
    assert refused.value.code == "invalid_domain"


def test_domain_proven_for_another_organization_is_refused_without_saying_whose(org, owner, other_org, staff):
    prove_domain(actor=acting(staff), organization=other_org, name="lee.example")
    with pytest.raises(ValidationError) as refused:
        add_domain(actor=acting(owner), organization=org, name="lee.example")
    assert refused.value.code == "taken"
    assert "Lee & Sons" not in refused.value.messages[0]


def test_list_of_domains_has_an_end(org, owner):
    Domain.objects.bulk_create([Domain(organization=org, name=f"d{number}.example") for number in range(50)])
    with pytest.raises(ValidationError) as refused:
        add_domain(actor=acting(owner), organization=org, name="one.more.example")
    assert refused.value.code == "too_many"


@pytest.mark.parametrize("who", ["member", "viewer", "deactivated", "outsider"])
def test_who_does_not_look_after_domains_changes_none(request, org, owner, domain, who):
    actor = acting(request.getfixturevalue(who))
    for deed in (
        lambda: add_domain(actor=actor, organization=org, name="more.example"),
        lambda: ask_for_check(actor=actor, domain=domain),
        lambda: remove_domain(actor=actor, domain=domain),
    ):
        with written() as news, pytest.raises(PermissionDenied):
            deed()
        assert news.nothing
    assert Domain.objects.get().due_at is None


def test_record_that_is_there_proves_the_domain(dns, owner, domain):
    dns.set_text(NAME, domain.record_value)
    with written() as news:
        check(owner, domain)
    assert domain.is_proven
    assert (domain.proven_by, domain.answer) == ("dns", "found")
    assert domain.due_at - domain.asked_at == timedelta(days=7)
    (event,) = news.events
    assert (event.action, event.actor_kind, event.after) == ("domain.proven", "system", {"by": "dns"})
    assert dns.asked == [("udp", NAME)]


def other_value(dns: DnsServer, domain: Domain) -> None:
    dns.set_text(NAME, f"{domain.record_value}x")


def in_other_case(dns: DnsServer, domain: Domain) -> None:
    dns.set_text(NAME, domain.record_value.swapcase())


def with_spaces(dns: DnsServer, domain: Domain) -> None:
    dns.set_text(NAME, f" {domain.record_value} ")


def on_the_domain_itself(dns: DnsServer, domain: Domain) -> None:
    dns.set_text("marram.example", domain.record_value)


def on_a_subdomain(dns: DnsServer, domain: Domain) -> None:
    dns.set_text("_roster.x.marram.example", domain.record_value)


def without_text(dns: DnsServer, domain: Domain) -> None:
    dns.empty.add(NAME)


def failing(dns: DnsServer, domain: Domain) -> None:
    dns.set_text(NAME, domain.record_value)
    dns.fails = True


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        (other_value, "other_value"),
        (in_other_case, "other_value"),
        (with_spaces, "other_value"),
        (on_the_domain_itself, "no_name"),
        (on_a_subdomain, "no_name"),
        (without_text, "no_record"),
        (failing, "no_answer"),
    ],
)
def test_anything_else_does_not_and_says_what_was_found(dns, owner, domain, state, answer):
    state(dns, domain)
    with written() as news:
        check(owner, domain)
    assert not domain.is_proven
    assert domain.answer == answer
    assert domain.asked_at is not None
    (event,) = news.events
    assert (event.action, event.after) == ("domain.not_found", {"answer": answer})


def test_server_that_is_silent_is_waited_for_a_few_seconds_only(dns, owner, domain, monkeypatch):
    monkeypatch.setattr(asking_dns, "SECONDS", 1)
    dns.is_slow = 4
    began = timezone.now()
    check(owner, domain)
    assert domain.answer == "no_answer"
    assert timezone.now() - began < timedelta(seconds=3)


def test_port_where_nobody_listens_is_no_answer(settings, dns, owner, domain, monkeypatch):
    monkeypatch.setattr(asking_dns, "SECONDS", 1)
    settings.DNS_RESOLVERS = [("127.0.0.1", 1)]
    check(owner, domain)
    assert domain.answer == "no_answer"


def test_second_server_is_asked_where_the_first_fails(settings, dns, owner, domain):
    settings.DNS_RESOLVERS = [("127.0.0.1", 1), ("127.0.0.1", dns.port)]
    dns.set_text(NAME, domain.record_value)
    assert check(owner, domain).is_proven


def split(dns: DnsServer, domain: Domain) -> None:
    half = len(domain.record_value) // 2
    dns.set_text(NAME, domain.record_value[:half], domain.record_value[half:])


def among_others(dns: DnsServer, domain: Domain) -> None:
    dns.texts[NAME] = [["v=spf1 -all"], [domain.record_value], ["roster-verification=of-another"]]


def among_many(dns: DnsServer, domain: Domain) -> None:
    dns.texts[NAME] = [[f"{number}" + "x" * 200, "y" * 200] for number in range(20)] + [[domain.record_value]]


def by_alias(dns: DnsServer, domain: Domain) -> None:
    dns.aliases[NAME] = "proofs.host.example"
    dns.set_text("proofs.host.example", domain.record_value)


def by_wildcard(dns: DnsServer, domain: Domain) -> None:
    dns.set_text("*.marram.example", domain.record_value)


@pytest.mark.parametrize("state", [split, among_others, among_many, by_alias, by_wildcard])
def test_record_is_found_however_it_comes(dns, owner, domain, state):
    state(dns, domain)
    assert check(owner, domain).is_proven
    if state is among_many:
        assert [way for way, _ in dns.asked] == ["udp", "tcp"]


def test_dns_is_asked_with_no_transaction_open(dns, owner, domain):
    """The test's own transaction aside: no savepoint is open while the server thinks."""
    ours, depths, depth = connections["default"], [], len(connection.savepoint_ids)
    dns.on_question = lambda: depths.append(len(ours.savepoint_ids))
    check(owner, domain)
    assert depths == [depth]


def test_pressing_twice_asks_once_and_a_late_answer_is_dropped(dns, owner, domain):
    ask_for_check(actor=acting(owner), domain=domain)
    first = Domain.objects.get()
    ask_for_check(actor=acting(owner), domain=domain)
    assert Domain.objects.get().due_at == first.due_at
    dns.set_text(NAME, domain.record_value)
    prove_domains()
    with written() as news:
        prove_domains()
        note_answer(actor=acting(owner), domain=first, answer=DnsAnswer.NO_NAME)
    assert news.nothing
    assert Domain.objects.get().answer == "found"
    assert len(dns.asked) == 1


def test_new_record_is_looked_for_every_hour_for_three_days(dns, owner, domain):
    check(owner, domain)
    assert domain.due_at - domain.asked_at == timedelta(hours=1)
    with written() as news, later(domain, hours=1, minutes=1):
        prove_domains()
        assert news.nothing  # the same answer is no news
    assert not news.events
    dns.set_text(NAME, domain.record_value)
    with later(domain, hours=3):
        prove_domains()
    assert Domain.objects.get().is_proven
    other = add_domain(actor=acting(owner), organization=owner.organization, name="other.example")
    with later(other, days=3, minutes=1):
        check(owner, other)
    assert (other.answer, other.due_at) == ("no_name", None)


def test_proof_is_asked_for_again_every_week(dns, owner, domain):
    dns.set_text(NAME, domain.record_value)
    check(owner, domain)
    with later(domain, days=6, hours=23):
        prove_domains()
    assert len(dns.asked) == 1
    with written() as news, later(domain, days=7, minutes=1):
        prove_domains()
    assert news.nothing
    assert len(dns.asked) == 2
    domain.refresh_from_db()
    assert domain.due_at - domain.asked_at == timedelta(days=7)


def test_proof_that_is_gone_for_a_week_is_withdrawn_and_its_keepers_are_told(dns, owner, admin, member, domain):
    dns.set_text(NAME, domain.record_value)
    check(owner, domain)
    dns.texts.clear()
    with written() as news:
        for day in range(7, 14):
            with later(domain, days=day, minutes=day):
                prove_domains()
        domain.refresh_from_db()
        assert domain.is_proven
        assert domain.misses == 7
    assert news.actions == ["domain.not_found"]
    assert not news.mails
    with written() as news, later(domain, days=14, minutes=20):
        prove_domains()
        letters = deliver()
    domain.refresh_from_db()
    assert (domain.is_proven, domain.proven_by, domain.due_at) == (False, "", None)
    (event,) = news.events
    assert event.action == "domain.unproven"
    assert event.after == {"reason": "The record that proved marram.example has been gone for 7 days."}
    assert sorted(letter.to[0] for letter in letters) == [owner.email, admin.email]
    assert domain.record_value in str(letters[0].body)
    assert f"/o/marram/settings/domains/{domain.pk}/" in str(letters[0].body)


def test_record_that_comes_back_in_time_counts_as_if_it_had_never_gone(dns, owner, domain):
    dns.set_text(NAME, domain.record_value)
    check(owner, domain)
    kept = dns.texts.copy()
    dns.texts.clear()
    for day in (7, 9, 12):
        with later(domain, days=day, minutes=1):
            prove_domains()
    dns.texts.update(kept)
    with later(domain, days=13, minutes=5):
        prove_domains()
    domain.refresh_from_db()
    assert (domain.is_proven, domain.misses, domain.missing_since) == (True, 0, None)


@pytest.mark.parametrize("gone", [True, False])
def test_proof_that_was_missed_and_is_found_again_is_told_once(dns, owner, domain, gone):
    """As what was missed is told, be it that the record was gone or that nobody answered."""
    dns.set_text(NAME, domain.record_value)
    check(owner, domain)
    kept = dns.texts.copy()
    with written() as news:
        dns.texts.clear() if gone else setattr(dns, "fails", True)
        with later(domain, days=7, minutes=1):
            prove_domains()
        dns.texts.update(kept)
        dns.fails = False
        for day in (9, 17, 25):
            with later(domain, days=day):
                prove_domains()
    missed, found = news.events
    answer = missed.after["answer"]
    assert (missed.action, answer) == ("domain.not_found", "no_name" if gone else "no_answer")
    assert (found.action, found.type, found.target_label) == ("domain.found_again", "SYSTEM_ACTION", "marram.example")
    assert (found.before, found.after) == ({"answer": answer}, {"answer": "found"})
    assert not news.mails


def test_silence_never_withdraws_a_proof(dns, owner, domain):
    dns.set_text(NAME, domain.record_value)
    check(owner, domain)
    dns.fails = True
    for day in range(7, 60, 3):
        with later(domain, days=day):
            prove_domains()
    domain.refresh_from_db()
    assert (domain.is_proven, domain.misses, domain.answer) == (True, 0, "no_answer")


def test_what_staff_have_proven_needs_no_record(dns, owner, staff, org):
    domain = prove_domain(actor=acting(staff), organization=org, name="marram.example")
    assert domain.proven_by == "staff"
    check(owner, domain)
    with later(domain, days=30):
        prove_domains()
    assert dns.asked == []
    assert Domain.objects.get().is_proven
    unprove_domain(actor=acting(staff), domain=domain)
    dns.set_text(NAME, domain.record_value)
    with later(domain, days=30):
        prove_domains()
    assert not Domain.objects.get().is_proven


def test_record_of_a_domain_that_another_organization_has_proven_meanwhile(dns, owner, outsider, domain):
    theirs = add_domain(actor=acting(outsider), organization=outsider.organization, name="marram.example")
    dns.texts[NAME] = [[domain.record_value], [theirs.record_value]]
    check(owner, domain)
    with written() as news:
        check(outsider, theirs)
    assert (theirs.is_proven, theirs.answer, theirs.due_at) == (False, "taken", None)
    assert domain.is_proven
    assert [(event.chain_id, event.action) for event in news.events] == [(outsider.organization_id, "domain.not_found")]


def test_domain_that_stays_anothers_is_written_down_once(dns, owner, outsider, staff, domain):
    prove_domain(actor=acting(staff), organization=outsider.organization, name=domain.name)
    dns.set_text(NAME, domain.record_value)
    check(owner, domain)
    with written() as news:
        check(owner, domain)
    assert domain.answer == "taken"
    assert not news.events


def test_domain_is_taken_off_the_list_with_its_proof(dns, owner, domain):
    dns.set_text(NAME, domain.record_value)
    check(owner, domain)
    with written() as news:
        assert remove_domain(actor=acting(owner), domain=domain)
    (event,) = news.events
    assert (event.action, event.before) == ("domain.removed", {"proven": "yes"})
    assert not Domain.objects.exists()
    with written() as news:
        assert not remove_domain(actor=acting(owner), domain=domain)
    assert news.nothing
