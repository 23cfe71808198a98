"""Asks DNS for the record that proves a domain. No transaction is open meanwhile: an answer may take seconds."""

from __future__ import annotations

import dns.exception
import dns.name
import dns.nameserver
import dns.rdatatype
import dns.resolver
from django.conf import settings

from organizations.models import DnsAnswer, Domain

SECONDS = 6  # for all servers and tries together
SECONDS_A_TRY = 2


def ask(domain: Domain) -> DnsAnswer:
    """What DNS says of the domain's record now; several records may stand there, and one must be exactly ours."""
    try:
        name = dns.name.from_text(domain.record_name).concatenate(dns.name.empty)
        answer = _resolver().resolve(name, dns.rdatatype.TXT, search=False, lifetime=SECONDS)
    except dns.resolver.NXDOMAIN:
        return DnsAnswer.NO_NAME
    except dns.resolver.NoAnswer:
        return DnsAnswer.NO_RECORD
    except (dns.exception.DNSException, OSError):  # refused, failed, too late, not understood: nobody knows
        return DnsAnswer.NO_ANSWER
    # A long value comes in several strings of one record.
    values = {b"".join(record.strings) for record in answer}
    return DnsAnswer.FOUND if domain.record_value.encode() in values else DnsAnswer.OTHER_VALUE


def _resolver() -> dns.resolver.Resolver:
    """The servers of `settings.DNS_RESOLVERS`, or where that is empty those of the system."""
    resolver = dns.resolver.Resolver(configure=not settings.DNS_RESOLVERS)
    if settings.DNS_RESOLVERS:
        resolver.nameservers = [dns.nameserver.Do53Nameserver(host, port) for host, port in settings.DNS_RESOLVERS]
    resolver.timeout = SECONDS_A_TRY
    return resolver
