"""The forms about joining without an invitation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms

from audit.actors import Actor
from invitations.models import MESSAGE_LENGTH, REASON_LENGTH, WayIn, WayKind
from invitations.policies import LONGEST_LINK, MOST_USES, may_let_in
from organizations.forms.roles_offered import PICKER, RoleField
from organizations.models import Organization, Role
from organizations.policies import Decision


class _RoleForm(forms.Form):
    """Offers the roles that people may come in with in the actor's name, the narrowest chosen."""

    role = RoleField()

    def __init__(self, *args: Any, organization: Organization, actor: Actor, held: Role | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = Role.objects.of(organization).by_hand().filter(owns=False)
        self.roles: list[tuple[Role, Decision]] = [(role, self.decide(actor, organization, role)) for role in roles]
        offered = [role for role, decision in self.roles if decision]
        cast("RoleField", self.fields["role"]).offer(self.roles)
        self.held = held
        chosen = held if held in offered else next(iter(offered), None)
        self.fields["role"].initial = chosen.pk if chosen else None
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(*self.laid_out())

    def decide(self, actor: Actor, organization: Organization, role: Role) -> Decision:
        return may_let_in(actor, organization, role)

    def laid_out(self) -> list[Any]:
        return [Field("role", template=PICKER)]


class WayForm(_RoleForm):
    """`joins` is asked of a proven domain alone: the other ways are always the one or the other."""

    joins = forms.ChoiceField(
        label="People with an address there",
        choices=[("once", "Join at once"), ("asking", "Ask, and somebody approves")],
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(self, *args: Any, kind: WayKind, way: WayIn | None, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(*args, held=way.role if way else None, **kwargs)
        self.fields["joins"].initial = "asking" if way and not way.at_once else "once"
        if kind is not WayKind.DOMAIN:
            del self.fields["joins"]
        else:
            self.fields["joins"].required = True
        if kind is WayKind.REQUEST:
            self.fields["role"].label = "Role that is usual"

    def laid_out(self) -> list[Any]:
        return [*(["joins"] if self.kind is WayKind.DOMAIN else []), *super().laid_out()]


class LinkForm(_RoleForm):
    """A role, for how many people, until when."""

    uses = forms.IntegerField(
        label="For how many people",
        min_value=1,
        max_value=MOST_USES,
        initial=10,
        error_messages={
            "required": "Type a number.",
            "invalid": "Type a whole number.",
            "min_value": f"A link is for 1 to {MOST_USES:,} people.",
            "max_value": f"A link is for 1 to {MOST_USES:,} people.",
        },
    )
    days = forms.TypedChoiceField(
        label="Open for",
        coerce=int,
        choices=[(1, "1 day"), (7, "7 days"), (30, "30 days"), (LONGEST_LINK, f"{LONGEST_LINK} days")],
        initial=7,
    )

    def laid_out(self) -> list[Any]:
        return [*super().laid_out(), Field("uses", wrapper_class="narrow"), Field("days", wrapper_class="narrow")]


class ApproveForm(_RoleForm):
    """Offers the roles with which this person can be let in: `also` is what is asked of each besides.

    The one that is `usual` is chosen, where it is among them.
    """

    def __init__(self, *args: Any, also: Callable[[Role], Decision], usual: Role | None, **kwargs: Any) -> None:
        self.also = also
        super().__init__(*args, **kwargs)
        if any(role == usual and decision for role, decision in self.roles):
            self.fields["role"].initial = usual.pk if usual else None

    def decide(self, actor: Actor, organization: Organization, role: Role) -> Decision:
        return super().decide(actor, organization, role) and self.also(role)


class AskForm(forms.Form):
    """What the person says to those who answer, if anything."""

    message = forms.CharField(
        label="Message",
        required=False,
        max_length=MESSAGE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Who you are and why, in a few words. No links.",
        error_messages={"max_length": f"Use at most {MESSAGE_LENGTH} characters."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False


class RefuseForm(forms.Form):
    """Why; the person reads it."""

    reason = forms.CharField(
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="The person reads it in a mail and on the page.",
        error_messages={
            "required": "Say why, in a sentence.",
            "max_length": f"Use at most {REASON_LENGTH} characters.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
