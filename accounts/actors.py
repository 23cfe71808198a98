"""A person who acts on their own account."""

from accounts.models import User
from audit.actors import Actor, ActorKind


def oneself(user: User) -> Actor:
    return Actor(kind=ActorKind.MEMBER, label=user.label, id=user.pk)
