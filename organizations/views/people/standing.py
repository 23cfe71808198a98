"""Deactivating, reactivating and removing one person: the page says what follows, and then it is done."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import date as said_date
from django.utils import timezone
from django.utils.html import format_html
from django.views.generic import FormView

from accounts.models import User
from organizations import policies
from organizations.bulk.deed import Deed
from organizations.bulk.deeds import DEACTIVATE, REACTIVATE
from organizations.bulk.doing import do_now
from organizations.models import GroupPlace, MembershipStatus
from organizations.policies import Decision
from organizations.views.bulk.answer import answer
from organizations.views.people.base import PersonMixin
from organizations.views.people.places import in_words


class StandingView(PersonMixin, FormView[Form]):
    """Asks once more, and then does the deed to this one person, as a job that can be undone where the deed can."""

    template_name = "organizations/person_confirm.html"
    form_class = Form
    deed: ClassVar[Deed[Any]]

    def decision(self) -> Decision:
        raise NotImplementedError

    def question(self) -> dict[str, Any]:
        """What the page asks, and what follows from a yes."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {"refused": self.decision().reason, **self.question()}
        return super().get_context_data(**context | kwargs)

    def form_valid(self, form: Form) -> HttpResponse:
        back = self.onward()
        job = do_now(
            actor=self.actor,
            user=cast("User", self.request.user),
            organization=self.organization,
            deed=self.deed,
            memberships=[self.person],
        )
        answer(self.request, job, back=back)
        return redirect(back)

    def onward(self) -> str:
        """Where the answer is read."""
        return self.back_url

    def places(self) -> list[GroupPlace]:
        return list(self.person.group_places.select_related("group").order_by("group__name"))

    @property
    def is_active(self) -> bool:
        return self.person.is_active_at(self.now)

    def freed(self) -> list[dict[str, Any]]:
        """What both deactivating and removing end besides access."""
        person = self.person
        found: list[dict[str, Any]] = []
        if not policies.holds(self.actor, "invitations.read"):
            found.append({"icon": "mail-x", "text": f"Invitations that {person.label} sent are revoked."})
        elif offers := self.organization.invitations.pending(self.now).filter(invited_by=person.user_id).count():
            said = "1 open invitation" if offers == 1 else f"{offers:,} open invitations"
            verb = "is" if offers == 1 else "are"
            text = format_html("<b>{}</b> that {} sent {} revoked.", said, person.label, verb)
            found.append({"icon": "mail-x", "text": text})
        if self.is_active and person.takes_seat:
            found.append({"icon": "armchair", "text": "A seat becomes free."})
        return found


class DeactivateView(StandingView):
    page_name = "the page that deactivates a person"
    deed = DEACTIVATE

    def decision(self) -> Decision:
        if not self.is_active:
            return policies.no(f"{self.person.label} has no access to {self.organization} already.", "already")
        return policies.may_deactivate(self.actor, self.person, self.other_owners)

    def question(self) -> dict[str, Any]:
        label, organization = self.person.label, self.organization
        access = f"The access of {label} to {organization} ends at once."
        signed_out = f"{label} is signed out, too, unless active in another organization."
        kept = "Role, groups and contact details are kept. You can reactivate at any time, while a seat is free."
        return {
            "title": f"Deactivate {label} in {organization}?",
            "consequences": [
                {"icon": "ban", "text": access},
                {"icon": "logout", "text": signed_out},
                *self.freed(),
                {"icon": "arrow-back-up", "text": kept},
            ],
            "verb": f"Deactivate {label}",
            "button": "btn-primary",  # it is taken back as easily
        }


_LOST = (
    "The places in {groups} end: the role grants more there than you could give. Someone who may can add them again."
)


class ReactivateView(StandingView):
    page_name = "the page that reactivates a person"
    deed = REACTIVATE

    def decision(self) -> Decision:
        person = self.person
        if self.is_active:
            return policies.no(f"{person.label} has access to {self.organization} already.", "already")
        if person.status == MembershipStatus.ACTIVE:  # its end is past, which nobody has written down yet
            person.status = MembershipStatus.DEACTIVATED
        decision = policies.may_reactivate(self.actor, person, self.now)
        return decision and (policies.has_seats(self.organization, 1) if person.takes_seat else policies.YES)

    def question(self) -> dict[str, Any]:
        person, organization = self.person, self.organization
        role = f"as {person.role.label}" if person.role else "without a role, which somebody gives next"
        places = {place: bool(policies.may_give_back(self.actor, person, place)) for place in self.places()}
        groups = in_words(self.actor, [place for place, back in places.items() if back])
        lost = in_words(self.actor, [place for place, back in places.items() if not back])
        ends = timezone.localtime(person.ends_at) if person.ends_at else None
        return {
            "title": f"Reactivate {person.label} in {organization}?",
            "consequences": [
                {"icon": "check", "text": f"{person.label} has access to {organization} again at once, {role}."},
                *([{"icon": "users-group", "text": f"The places in {groups} count again."}] if groups else []),
                *([{"icon": "alert-triangle", "text": _LOST.format(groups=lost)}] if lost else []),
                *([{"icon": "armchair", "text": "A seat is taken."}] if person.takes_seat else []),
                *([{"icon": "clock", "text": f"Access ends on {said_date(ends, 'j F Y')}."}] if ends else []),
            ],
            "verb": f"Reactivate {person.label}",
            "button": "btn-primary",
        }
