"""The addresses of changes of many people, and of the jobs that make them."""

from django.urls import path

from organizations.views.bulk.changing import ChangePeopleView
from organizations.views.bulk.jobs import JobView, UndoView

urlpatterns = [
    path("o/<slug:slug>/members/bulk/", ChangePeopleView.as_view(), name="bulk"),
    path("o/<slug:slug>/jobs/<uuid:job>/", JobView.as_view(), name="job"),
    path("o/<slug:slug>/jobs/<uuid:job>/undo/", UndoView.as_view(), name="job_undo"),
]
