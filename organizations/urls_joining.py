"""The addresses of domains, reminders and the plan."""

from django.urls import path

from organizations.views import domains, plan, reminders

_SETTINGS = "o/<slug:slug>/settings"

urlpatterns = [
    path(f"{_SETTINGS}/plan/", plan.PlanView.as_view(), name="plan"),
    path(f"{_SETTINGS}/reminders/", reminders.RemindersView.as_view(), name="reminders"),
    path(f"{_SETTINGS}/domains/add/", domains.AddDomainView.as_view(), name="domain_add"),
    path(f"{_SETTINGS}/domains/restrict/", domains.RestrictView.as_view(), name="domains_restrict"),
    path(f"{_SETTINGS}/domains/<uuid:domain>/", domains.DomainView.as_view(), name="domain"),
    path(f"{_SETTINGS}/domains/<uuid:domain>/check/", domains.CheckDomainView.as_view(), name="domain_check"),
    path(f"{_SETTINGS}/domains/<uuid:domain>/remove/", domains.RemoveDomainView.as_view(), name="domain_remove"),
]
