"""The pages of one's own account that allauth does not bring, or brings without what we need."""

from typing import Any, cast

from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse_lazy
from django.views.generic import FormView, View

from accounts.actions import end_sessions, update_profile
from accounts.actors import oneself
from accounts.devices import device, device_icon
from accounts.forms import ProfileForm
from accounts.models import User
from accounts.time_zones import time_zones


class ProfileView(LoginRequiredMixin, FormView[ProfileForm]):
    form_class = ProfileForm
    template_name = "accounts/profile.html"
    success_url = reverse_lazy("accounts:profile")
    extra_context = {"time_zones": time_zones}

    def get_form_kwargs(self) -> dict[str, Any]:
        # A copy of the user: a form that is refused leaves its values on its instance, and the page shows both.
        return super().get_form_kwargs() | {"instance": User.objects.get(pk=cast(User, self.request.user).pk)}

    def form_valid(self, form: ProfileForm) -> HttpResponse:
        user = cast(User, self.request.user)
        if update_profile(actor=oneself(user), user=user, **form.cleaned_data):
            messages.success(self.request, "Your profile was saved.")
        return super().form_valid(form)


class SessionsView(ListUserSessionsView):  # type: ignore[misc]
    """Where one is signed in; posting ends all sessions but this one."""

    success_url = reverse_lazy("usersessions_list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["rows"] = [
            {"session": each, "device": device(each.user_agent), "icon": device_icon(each.user_agent)}
            for each in reversed(context["sessions"])
        ]
        return context

    def form_valid(self, form: Form) -> HttpResponse:
        user = cast(User, self.request.user)
        others = [each for each in UserSession.objects.purge_and_list(user) if not each.is_current()]
        end_sessions(actor=oneself(user), user=user, sessions=others)
        messages.success(self.request, "You are signed out everywhere but here.")
        return redirect(self.get_success_url())


class EndSessionView(LoginRequiredMixin, View):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = cast(User, request.user)
        session = get_object_or_404(UserSession, pk=pk, user_id=user.pk)
        end_sessions(actor=oneself(user), user=user, sessions=[session])
        messages.success(request, f"{device(session.user_agent)} is signed out.")
        return redirect("usersessions_list")
