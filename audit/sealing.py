"""Signatures over the heads of chains, with a key that is kept outside of the database.

Whoever can write the database can make a chain anew from any place on. A seal that was noted elsewhere, or that the
database still holds, tells: its hash is that of no event any more, and without the key there is no other seal.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from audit.canonical import moment, text_of
from audit.models import Chain, Seal


def seal(chain: Chain, at: datetime) -> Seal:
    """Sign the chain as it stands; the seal is not saved."""
    return seal_of(chain, chain.length, bytes(chain.head), at)


def seal_of(chain: Chain, number: int, digest: bytes, at: datetime, *, removed: bool = False) -> Seal:
    """Sign that the event of this number has this hash; with `removed`, that those up to it are gone on purpose."""
    made = Seal(chain_id=chain.pk, number=number, hash=digest, removed=removed, at=at)
    made.key, made.signature = sign(_said_by(made))
    return made


def is_genuine(one: Seal) -> bool:
    return is_signed(_said_by(one), one.key, one.signature)


def sign(said: str) -> tuple[str, str]:
    """The public key and the signature, both in hexadecimal digits."""
    key = _private(settings.AUDIT_KEY)
    return _public(settings.AUDIT_KEY), key.sign(said.encode()).hex()


def is_signed(said: str, key: str, signature: str) -> bool:
    """Whether one of our keys signed this: the one in use, or one that was."""
    return key in public_keys() and is_signed_with(key, said, signature)


def is_signed_with(key: str, said: str, signature: str) -> bool:
    """Whether the holder of this public key signed this."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), said.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def public_keys() -> list[str]:
    """The one in use first. Whoever is to check what was signed is given these."""
    return [_public(key) for key in (settings.AUDIT_KEY, *settings.AUDIT_KEY_PREVIOUS)]


def _said_by(one: Seal) -> str:
    values = {
        "v": 1,
        "chain": str(one.chain_id),
        "number": one.number,
        "hash": bytes(one.hash).hex(),
        "removed": one.removed,
        "at": moment(one.at),
    }
    return text_of(values)


@cache
def _private(key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(sha256(b"roster audit seal " + key.encode()).digest())


@cache
def _public(key: str) -> str:
    return _private(key).public_key().public_bytes_raw().hex()
