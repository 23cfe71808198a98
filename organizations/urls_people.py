"""The addresses of what is done about one person."""

from django.urls import path

from organizations.views.people.details import EditDetailsView

_PERSON = "o/<slug:slug>/members/<uuid:membership>"

urlpatterns = [
    path(f"{_PERSON}/edit/", EditDetailsView.as_view(), name="person_edit"),
]
