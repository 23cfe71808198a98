"""The addresses of what is done about one person."""

from django.urls import path

from organizations.views.people.details import EditDetailsView
from organizations.views.people.ending import EndView
from organizations.views.people.groups import GroupsOfPersonView
from organizations.views.people.removing import RemoveView
from organizations.views.people.sign_in import MendAddressView, MendSecondFactorView, SendResetView, SignInView
from organizations.views.people.standing import DeactivateView, ReactivateView

_PERSON = "o/<slug:slug>/members/<uuid:membership>"

urlpatterns = [
    path(f"{_PERSON}/edit/", EditDetailsView.as_view(), name="person_edit"),
    path(f"{_PERSON}/groups/", GroupsOfPersonView.as_view(), name="person_groups"),
    path(f"{_PERSON}/end/", EndView.as_view(), name="person_end"),
    path(f"{_PERSON}/deactivate/", DeactivateView.as_view(), name="person_deactivate"),
    path(f"{_PERSON}/reactivate/", ReactivateView.as_view(), name="person_reactivate"),
    path(f"{_PERSON}/remove/", RemoveView.as_view(), name="person_remove"),
    path(f"{_PERSON}/password-reset/", SendResetView.as_view(), name="person_password_reset"),
    path(f"{_PERSON}/sign-in/", SignInView.as_view(), name="person_sign_in"),
    path(f"{_PERSON}/sign-in/address/", MendAddressView.as_view(), name="person_address"),
    path(f"{_PERSON}/sign-in/second-factor/", MendSecondFactorView.as_view(), name="person_second_factor"),
]
