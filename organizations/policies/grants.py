"""What an actor holds, and what they may give."""

from __future__ import annotations

from collections.abc import Iterable

from audit.actors import Actor, ActorKind
from organizations.models import Group, GroupPlace, Organization, Role
from organizations.permissions import OWN_BY_GROUP, OWNERS_ALONE, Scope, covers
from organizations.policies.decisions import YES, Decision, a_or_an, no
from organizations.schemes import OwnerRule, Scheme

_UNBOUND = (ActorKind.STAFF, ActorKind.SYSTEM)
_SOFTWARE = (ActorKind.TOKEN, ActorKind.PROVISIONING)


def holds(actor: Actor, permission: str, group: Group | None = None) -> Decision:
    """Whether the actor holds the permission: in the whole organization, or in that group of it."""
    if permission in actor.withheld and actor.kind not in _UNBOUND:
        return no(f"{permission} waits until the organization is approved for production.", "not_approved")
    if reaches(actor, permission, group):
        return YES
    where = f" in {group}" if group else ""
    return no(f"Your role does not include {permission}{where}.", "no_permission")


def reaches(actor: Actor, permission: str, group: Group | None) -> bool:
    """Whether the actor's grants reach that far, the organization's own state aside."""
    if actor.kind in _UNBOUND or permission in actor.grants:
        return True
    if group is None:
        return False
    return (group.pk in actor.belongs_to and f"{permission}@{Scope.GROUPS}" in actor.grants) or (
        group.pk in actor.curates and f"{permission}@{Scope.CURATED}" in actor.grants
    )


def acts_as_owner(actor: Actor) -> bool:
    """Whether the actor owns this organization; software never does, whoever made its token."""
    return actor.owns and actor.kind not in _SOFTWARE


def may_give(actor: Actor, role: Role, organization: Organization) -> Decision:
    """Whether the actor may give this role to somebody: nobody gives what they do not hold."""
    rules = organization.rules
    if role.owns and rules.owner_rule is OwnerRule.EXACTLY_ONE:
        return no("Ownership moves only by a transfer.", "transfer_only")
    if role.retired:
        return no(f"{role.label} is no longer given here.", "retired")
    if not role.by_hand and actor.kind is not ActorKind.TOKEN:
        return no(f"{role.label} is not given by hand.", "not_by_hand")
    if actor.kind in _UNBOUND:
        return YES
    if role.owns and not acts_as_owner(actor):
        return no(f"Only {a_or_an(rules.owner.label)} can make another one.", "owners_alone")
    return may_grant(actor, role.grant_set, f"{role.label} may do more than you may.")


def may_grant(actor: Actor, grants: frozenset[str], otherwise: str) -> Decision:
    """Whether everything in `grants` is the actor's own to give; `otherwise` is said where it is not."""
    if actor.kind in _UNBOUND or covers(actor.grants, grants):
        return YES
    return no(otherwise, "more_than_own")


def by_group_only(actor: Actor, grants: frozenset[str]) -> bool:
    """Whether some of these reach groups and the actor does not hold them in the whole organization."""
    if actor.kind in _UNBOUND:
        return False
    return any("@" in grant and grant.partition("@")[0] not in actor.grants for grant in grants)


def may_give_there(actor: Actor, grants: frozenset[str], places: Iterable[GroupPlace]) -> Decision:
    """Whether the actor holds in each of these places what the grants reach there."""
    for place in places:
        if not (there := holds_in(actor, grants, place.group, curating=place.curates)):
            return there
    return YES


def may_put_into_role(actor: Actor, grants: frozenset[str], rules: Scheme) -> Decision:
    """Whether a custom role may hold these grants: known ones, not the owner's alone, none the actor lacks."""
    permissions = {grant.partition("@")[0] for grant in grants}
    if unknown := sorted(permissions - rules.permission_set):
        return no(f"There is no permission {unknown[0]} here. Open the page again and choose anew.", "unknown")
    if reserved := sorted(permissions & OWNERS_ALONE):
        return no(f"{reserved[0]} is the {rules.owner.label.lower()}'s alone. Leave it out.", "reserved")
    if useless := sorted(grant for grant in grants if "@" in grant and not _by_group(grant, rules)):
        permission = useless[0].partition("@")[0]
        return no(f"{permission} is granted in the whole organization or not at all.", "scope")
    lacking = sorted(grant for grant in grants if not covers(actor.grants, [grant]))
    if lacking and actor.kind not in _UNBOUND:
        return no(f"You do not hold {lacking[0]} yourself, so no role of yours can include it.", "more_than_own")
    return YES


def holds_in(actor: Actor, grants: frozenset[str], group: Group, *, curating: bool) -> Decision:
    """Whether the actor holds in that group all that a place in it, curating or not, adds for one with `grants`."""
    scopes = {f"@{Scope.GROUPS}", f"@{Scope.CURATED}"} if curating else {f"@{Scope.GROUPS}"}
    for grant in sorted(grants):
        permission, at, scope = grant.partition("@")
        if at + scope in scopes and not reaches(actor, permission, group):
            where = str(group) if _knows(actor, group) else "one of the groups concerned"
            return no(
                f"You do not hold {permission} in {where} yourself, so you cannot give it there.", "more_than_own"
            )
    return YES


def _knows(actor: Actor, group: Group) -> bool:
    """Whether the actor may know that there is this group."""
    return group.pk in actor.belongs_to or reaches(actor, "groups.read", group)


def _by_group(grant: str, rules: Scheme) -> bool:
    """Whether this grant, which has a scope of groups, means something: of Roster's own permissions most do not."""
    permission, _, scope = grant.partition("@")
    resource = rules.resource_of(permission)
    return scope in (Scope.GROUPS, Scope.CURATED) and (
        resource is None or not resource.own or permission in OWN_BY_GROUP
    )
