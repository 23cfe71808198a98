"""Who says whose an email domain is, and when that is proven."""

from __future__ import annotations

from datetime import datetime, timedelta

from audit.actors import Actor, ActorKind
from organizations.models import Domain, Organization
from organizations.policies.decisions import YES, Decision, no
from organizations.policies.grants import holds

# Everyone has an address there, so they are nobody's own.
PUBLIC_MAIL = frozenset({
    "10minutemail.com", "126.com", "139.com", "163.com", "188.com", "1und1.de", "abv.bg", "aim.com", "alice.it",
    "aliceadsl.fr", "aliyun.com", "aol.com", "aon.at", "arcor.de", "atlas.cz", "att.net", "azet.sk", "bbox.fr",
    "bellsouth.net", "bigpond.com", "bk.ru", "bluewin.ch", "blueyonder.co.uk", "bol.com.br", "bredband.net",
    "btinternet.com", "centrum.cz", "centrum.sk", "charter.net", "chello.at", "citromail.hu", "club-internet.fr",
    "comcast.net", "cox.net", "daum.net", "disroot.org", "docomo.ne.jp", "duck.com", "earthlink.net", "email.cz",
    "email.de", "ezweb.ne.jp", "fastmail.com", "fastmail.fm", "foxmail.com", "free.fr", "freemail.hu", "freenet.de",
    "frontier.com", "gazeta.pl", "gmail.com", "gmx.at", "gmx.ch", "gmx.co.uk", "gmx.com", "gmx.de", "gmx.es",
    "gmx.fr", "gmx.info", "gmx.net", "gmx.us", "googlemail.com", "guerrillamail.com", "hanmail.net", "hetnet.nl",
    "hey.com", "hispeed.ch", "home.nl", "hotmail.be", "hotmail.ca", "hotmail.ch", "hotmail.co.uk", "hotmail.com",
    "hotmail.com.ar", "hotmail.com.br", "hotmail.de", "hotmail.dk", "hotmail.es", "hotmail.fr", "hotmail.it",
    "hotmail.nl", "hotmail.no", "hotmail.se", "hushmail.com", "i.ua", "icloud.com", "ig.com.br", "iinet.net.au",
    "inbox.lt", "inbox.lv", "inbox.ru", "indiatimes.com", "interia.pl", "internet.ru", "inwind.it", "iol.it",
    "juno.com", "kabelmail.de", "keemail.me", "kolumbus.fi", "kpnmail.nl", "laposte.net", "libero.it", "list.ru",
    "live.be", "live.ca", "live.co.uk", "live.com", "live.com.au", "live.com.mx", "live.de", "live.fr", "live.it",
    "live.nl", "live.se", "luukku.com", "mac.com", "magenta.de", "mail.bg", "mail.com", "mail.de", "mail.dk",
    "mail.ee", "mail.ru", "mailbox.org", "mailfence.com", "mailinator.com", "me.com", "movistar.es", "msn.com",
    "nate.com", "naver.com", "netvision.net.il", "netzero.net", "neuf.fr", "nifty.com", "ntlworld.com",
    "numericable.fr", "o2.pl", "onet.pl", "online.de", "online.no", "op.pl", "optonline.net", "optusnet.com.au",
    "orange.fr", "outlook.at", "outlook.be", "outlook.com", "outlook.com.au", "outlook.com.br", "outlook.de",
    "outlook.dk", "outlook.es", "outlook.fr", "outlook.it", "outlook.jp", "passport.com", "planet.nl",
    "pm.me", "post.cz", "posteo.de", "privaterelay.appleid.com", "proton.ch", "proton.me", "protonmail.ch",
    "protonmail.com", "proximus.be", "qq.com", "rambler.ru", "rediffmail.com", "riseup.net", "roadrunner.com",
    "rocketmail.com", "rogers.com", "runbox.com", "sapo.pt", "sbcglobal.net", "seznam.cz", "sfr.fr",
    "sharklasers.com", "shaw.ca", "sify.com", "sina.cn", "sina.com", "sky.com", "skynet.be", "softbank.ne.jp",
    "sohu.com", "spray.se", "startmail.com", "sunrise.ch", "sympatico.ca", "t-online.de", "talktalk.net",
    "telefonica.net", "telenet.be", "telia.com", "telus.net", "temp-mail.org", "terra.com.br", "terra.es", "tin.it",
    "tiscali.co.uk", "tiscali.it", "tlen.pl", "tom.com", "tpg.com.au", "trashmail.com", "tuta.com", "tuta.io",
    "tutamail.com", "tutanota.com", "ukr.net", "uol.com.br", "verizon.net", "videotron.ca", "vip.qq.com",
    "virgilio.it", "virginmedia.com", "vodafone.de", "walla.co.il", "walla.com", "wanadoo.fr", "web.de",
    "windowslive.com", "windstream.net", "wp.pl", "xs4all.nl", "xtra.co.nz", "ya.ru", "yahoo.at", "yahoo.be",
    "yahoo.ca", "yahoo.ch", "yahoo.co.id", "yahoo.co.in", "yahoo.co.jp", "yahoo.co.nz", "yahoo.co.uk",
    "yahoo.co.za", "yahoo.com", "yahoo.com.ar", "yahoo.com.au", "yahoo.com.br", "yahoo.com.hk", "yahoo.com.mx",
    "yahoo.com.ph", "yahoo.com.sg", "yahoo.com.tr", "yahoo.com.tw", "yahoo.com.vn", "yahoo.de", "yahoo.dk",
    "yahoo.es", "yahoo.fr", "yahoo.gr", "yahoo.ie", "yahoo.in", "yahoo.it", "yahoo.nl", "yahoo.no", "yahoo.pl",
    "yahoo.ro", "yahoo.se", "yandex.by", "yandex.com", "yandex.com.tr", "yandex.kz", "yandex.ru", "yandex.ua",
    "yeah.net", "ymail.com", "yopmail.com", "ziggo.nl", "zoho.com", "zoho.eu", "zohomail.com",
})  # fmt: skip


MOST_DOMAINS = 50

# A proof that is gone is withdrawn after so many answers in a row, the first and the last of them so far apart.
MISSES_ALLOWED = 2
GRACE = timedelta(days=7)


def may_restrict_domains(actor: Actor) -> Decision:
    return holds(actor, "domains.update")


def allowed_domain(organization: Organization, email: str) -> Decision:
    """Whether somebody with that address may belong: where domains are named, the one after the @ is one of them."""
    allowed = organization.allowed_domains
    if not allowed or email.rpartition("@")[2] in allowed:
        return YES
    named = ", ".join(allowed[:3]) + (f" and {len(allowed) - 3} more" if len(allowed) > 3 else "")
    return no(f"Only addresses at {named} may belong to {organization}.", "domain")


def may_prove_domain(actor: Actor, name: str, owner: Organization | None, organization: Organization) -> Decision:
    """Whether it may be noted that the domain is this organization's. `owner`: for whom it is proven already."""
    if actor.kind is not ActorKind.STAFF:
        return no("Only staff prove a domain.", "staff_alone")
    if name in PUBLIC_MAIL:
        return no(f"{name} gives addresses to everyone, so it is nobody's own.", "public")
    if owner is not None and owner.pk != organization.pk:
        return no(f"{name} is proven to be a domain of {owner}. Withdraw that first.", "taken")
    return YES


def may_add_domain(actor: Actor, name: str, named: int, *, taken: bool) -> Decision:
    """Whether the actor may name this domain as the organization's own. `taken`: it is proven to be another's."""
    if not (held := holds(actor, "domains.create")):
        return held
    if name in PUBLIC_MAIL:
        return no(f"{name} gives addresses to everyone, so it is nobody's own.", "public")
    if taken:
        return no(f"{name} is proven to be a domain of another organization. Ask those who run Roster.", "taken")
    if named >= MOST_DOMAINS:
        return no(f"There are {MOST_DOMAINS} domains already. Take one off the list first.", "too_many")
    return YES


def may_check_domain(actor: Actor) -> Decision:
    """Whether the actor may have DNS asked now; what its answer means is decided by nobody."""
    return holds(actor, "domains.update")


def may_remove_domain(actor: Actor) -> Decision:
    return holds(actor, "domains.delete")


def proof_stands(domain: Domain, at: datetime) -> Decision:
    """Whether a proof whose record is not there any more still counts: for some days, so that a slip costs nothing."""
    if domain.missing_since is None or domain.misses <= MISSES_ALLOWED or at - domain.missing_since < GRACE:
        return YES
    return no(f"The record that proved {domain} has been gone for {GRACE.days} days.", "gone")


def may_unprove_domain(actor: Actor) -> Decision:
    return YES if actor.kind is ActorKind.STAFF else no("Only staff withdraw a domain.", "staff_alone")
