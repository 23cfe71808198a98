"""Whether an organization's audit log is whole, as the last night found it, and what can be noted of it elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from audit.models import Chain, Seal
from audit.verifying import CHAIN_GONE
from organizations.models import Organization


@dataclass(frozen=True)
class Proof:
    """`state` is `whole`, `broken` or `unverified`; `seal` is the newest signature over a head, where there is one."""

    chain: Chain
    seal: Seal | None

    @property
    def state(self) -> str:
        if self.chain.finding:
            return "broken"
        return "whole" if self.chain.verified_at else "unverified"

    @property
    def said(self) -> str:
        return {"whole": "Chain whole", "broken": "Chain broken", "unverified": "Not verified yet"}[self.state]

    @property
    def icon(self) -> str:
        return {"whole": "link", "broken": "link-off", "unverified": "clock"}[self.state]

    @property
    def head(self) -> str:
        return bytes(self.seal.hash).hex() if self.seal else ""


def proof_of(organization: Organization) -> Proof:
    """Of an organization whose chain somebody removed or emptied it says so; each began with an event."""
    there = Chain.objects.filter(pk=organization.pk, length__gt=0).first()
    chain = there or Chain(pk=organization.pk, finding=str(CHAIN_GONE))
    return Proof(chain, Seal.objects.filter(chain_id=chain.pk, removed=False).order_by("-number", "-id").first())
