"""Groups: the list, one of them, naming and deleting it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.views.generic import FormView, TemplateView

from organizations import policies
from organizations.actions.groups import create_group, delete_group, edit_group
from organizations.forms.groups import GroupForm
from organizations.models import Group, needle
from organizations.querysets import MembershipQuerySet
from organizations.views.base import OrganizationMixin
from organizations.views.by_name import page_by_name
from organizations.views.errors import add_errors
from organizations.views.group_facts import counted, curator_roles, grants_by_group
from organizations.visible_groups import reads_groups, visible_groups

GROUPS = 30
PEOPLE = 36  # with ten curators above them, 60 kB
CURATORS = 10
LONGEST_SEARCH = 100


class GroupsMixin(OrganizationMixin):
    """Lets in who reads groups at all: every group of the organization, or those that they belong to."""

    permission = "groups.read"
    section = "organizations:groups"

    def has_permission(self) -> bool:
        return reads_groups(self.actor)

    @property
    def search(self) -> str:
        return self.request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]


class GroupMixin(GroupsMixin):
    """The group of the URL; one that is not there and one that this person may not see are both 404."""

    group: Group
    kwargs: dict[str, Any]

    def has_permission(self) -> bool:
        if not super().has_permission():
            return False
        found = self.organization.groups.filter(pk=self.kwargs["group"]).first()
        if found is None or not policies.holds(self.actor, "groups.read", found):
            raise Http404
        found.organization = self.organization
        self.group = found
        return bool(policies.holds(self.actor, self.permission, found))

    @property
    def missing(self) -> str:
        return self.permission if reads_groups(self.actor) else "groups.read"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs | {"group": self.group})  # the URL names it by its id


class GroupsView(GroupsMixin, TemplateView):
    """All groups, or for those who read only their own, these."""

    page_name = "the groups"
    template_name = "organizations/group_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        groups = visible_groups(self.organization, self.actor)
        found = groups.matching(self.search) if self.search else groups
        page = Paginator(found.by_name(), GROUPS).get_page(self.request.GET.get("page", "1"))
        rows = list(page.object_list)
        there = counted(rows)
        at = f"?{urlencode({'q': self.search})}&page=" if self.search else "?page="
        return super().get_context_data(
            rows=[(group, *there.get(group.pk, (0, 0)), group.pk in self.actor.curates) for group in rows],
            search=self.search,
            all_of_them=policies.holds(self.actor, "groups.read"),
            said=f"{page.start_index()} to {page.end_index()} of {page.paginator.count:,}",
            next_url=f"{at}{page.next_page_number()}" if page.has_next() else "",
            previous_url=f"{at}{page.previous_page_number()}" if page.has_previous() else "",
            may_create=policies.may_create_group(self.actor),
            **kwargs,
        )


class GroupView(GroupMixin, TemplateView):
    """Who curates it and who belongs, a page found by index and not by counting; and what that allows."""

    page_name = "this group"
    template_name = "organizations/group_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sees_members = bool(policies.holds(self.actor, "members.read"))
        curators = self._search(self._of_group(curates=True))
        query = self.request.GET
        only_curators = "curators" in query
        first = not (query.get("after") or query.get("before") or only_curators)
        above = list(curators.by_name()[: CURATORS + 1]) if first else []
        page = page_by_name(query, curators if only_curators else self._search(self._of_group(curates=False)), PEOPLE)
        people_count, curators_count = counted([self.group]).get(self.group.pk, (0, 0))
        allows = grants_by_group(self.organization)
        return super().get_context_data(
            rows=[(one, True) for one in above[:CURATORS]] + [(one, only_curators) for one in page.people],
            shown_curators=CURATORS,
            more_curators=len(above) > CURATORS,
            only_curators=only_curators,
            people_count=people_count,
            curators_count=curators_count,
            search=self.search,
            said=f"{len(above[:CURATORS]) + len(page.people)} shown",
            next_url=page.next_url,
            previous_url=page.previous_url,
            sees_members=sees_members,
            sees_log=policies.holds(self.actor, "audit_log.read"),
            brings=curator_roles(self.organization),
            allows=allows,
            curates_something=any(one.curating for one in allows),
            belongs_something=any(one.belonging for one in allows),
            may_edit=policies.may_edit_group(self.actor, self.group),
            may_delete=policies.may_delete_group(self.actor, self.group),
            may_set_curators=policies.may_set_curators(self.actor, self.group),
            **kwargs,
        )

    def _of_group(self, *, curates: bool) -> MembershipQuerySet:
        people = self.organization.memberships.select_related("role")
        return people.filter(group_places__group=self.group, group_places__curates=curates)

    def _search(self, people: MembershipQuerySet) -> MembershipQuerySet:
        """Whoever does not see the members' addresses does not search in them either."""
        if not self.search:
            return people
        if policies.holds(self.actor, "members.read"):
            return people.filter(found_by__text__contains=needle(self.search))
        return people.filter(name__icontains=self.search)


class CreateGroupView(GroupsMixin, FormView[GroupForm]):
    permission = "groups.create"
    page_name = "the page that creates a group"
    template_name = "organizations/group_create.html"
    form_class = GroupForm

    def has_permission(self) -> bool:
        return bool(policies.may_create_group(self.actor))

    def form_valid(self, form: GroupForm) -> HttpResponse:
        try:
            group = create_group(
                actor=self.actor,
                organization=self.organization,
                name=form.cleaned_data["name"],
                description=form.cleaned_data["description"],
            )
        except ValidationError as mistakes:
            add_errors(form, mistakes)
            return self.form_invalid(form)
        messages.success(self.request, format_html("<b>{}</b> exists. Put its people into it next.", group))
        if policies.holds(self.actor, "groups.update"):
            return redirect("organizations:group_add", self.organization.slug, group.pk)
        return redirect("organizations:groups", self.organization.slug)


class EditGroupView(GroupMixin, FormView[GroupForm]):
    """Name and description. Whoever saves on an older version is told, and sees what it is now."""

    permission = "groups.update"
    page_name = "the page that changes this group"
    template_name = "organizations/group_edit.html"
    form_class = GroupForm

    def get_form_kwargs(self) -> dict[str, Any]:
        # The form writes what was typed into its row: one of its own, so that the page shows the group as it is.
        row = Group.objects.get(pk=self.group.pk)
        return super().get_form_kwargs() | {"instance": row}

    def form_valid(self, form: GroupForm) -> HttpResponse:
        typed = form.cleaned_data
        try:
            edit_group(
                actor=self.actor,
                group=self.group,
                version=typed["version"] or 0,
                name=typed["name"],
                description=typed["description"],
            )
        except ValidationError as mistakes:
            add_errors(form, mistakes)
            if getattr(mistakes, "code", "") == "stale":
                form.show_version(self.group.version)
                return self.render_to_response(self.get_context_data(form=form, stale=True))
            return self.form_invalid(form)
        messages.success(self.request, format_html("<b>{}</b> is saved.", typed["name"].strip()))
        return redirect("organizations:group", self.organization.slug, self.group.pk)


class DeleteGroupView(GroupMixin, TemplateView):
    """Says what goes with the group, and then deletes it."""

    permission = "groups.delete"
    page_name = "the page that deletes this group"
    template_name = "organizations/group_delete.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        people, curators = counted([self.group]).get(self.group.pk, (0, 0))
        name, organization = self.group.name, self.organization
        roles = curator_roles(organization)
        returns = f" Who curates no other group is {roles.instead_of} again." if roles else ""
        stay = f"{_said(people, 'stays', 'stay')} in {organization} without it." if people else "Nobody belongs to it."
        stop = f"{_said(curators, 'no longer curates', 'no longer curate')} it.{returns}"
        return super().get_context_data(
            title=f"Delete {name}?",
            text=f"{name} is a group of {organization}.",
            consequences=[
                {"icon": "users-group", "text": stay},
                *([{"icon": "star", "text": stop}] if curators else []),
                {"icon": "shield-lock", "text": "What roles grant in this group ends at once."},
                {"icon": "alert-triangle", "bad": True, "text": "You cannot undo this."},
            ],
            verb=f"Delete {name}",
            action=self.request.path,
            cancel_url=reverse("organizations:group", args=[organization.slug, self.group.pk]),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            delete_group(actor=self.actor, group=self.group)
        except ValidationError as mistake:
            messages.warning(request, mistake.messages[0])
        else:
            messages.success(request, format_html("The group <b>{}</b> is deleted.", self.group.name))
        return redirect("organizations:groups", self.organization.slug)


def _said(count: int, one: str, many: str) -> str:
    return f"1 person {one}" if count == 1 else f"{count:,} people {many}"
