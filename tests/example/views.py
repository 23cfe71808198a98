"""The pages of the example product."""

from __future__ import annotations

from functools import cached_property

from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import CreateView, ListView, UpdateView

from organizations.models import Group
from organizations.views.asking import AccessRequiredMixin
from tests.example.models import Connector, Task


class TasksView(AccessRequiredMixin, ListView[Task]):
    permission_required = "tasks.read"
    page_name = "the tasks"
    template_name = "example/tasks.html"

    def get_queryset(self) -> QuerySet[Task]:
        return Task.objects.filter(organization=self.organization).select_related("assignee")


class CreateTaskView(AccessRequiredMixin, CreateView[Task, ModelForm[Task]]):
    permission_required = "tasks.create"
    page_name = "the page that plans a task"
    template_name = "example/task_create.html"
    model = Task
    fields = ["title"]

    def get_success_url(self) -> str:
        return reverse("example:tasks", args=[self.organization.slug])

    def form_valid(self, form: ModelForm[Task]) -> HttpResponse:
        form.instance.organization = self.organization
        return super().form_valid(form)


class RenameConnectorView(AccessRequiredMixin, UpdateView[Connector, ModelForm[Connector]]):
    permission_required = "connectors.update"
    page_name = "the connector"
    template_name = "example/connector.html"
    fields = ["name"]

    @cached_property
    def connector(self) -> Connector:
        connectors = Connector.objects.filter(group__organization=self.organization).select_related("group")
        return get_object_or_404(connectors, pk=self.kwargs["pk"])

    def get_group(self) -> Group:
        return self.connector.group

    def get_object(self, queryset: QuerySet[Connector] | None = None) -> Connector:
        return self.connector

    def get_success_url(self) -> str:
        return self.request.path
