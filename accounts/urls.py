from django.urls import path

from accounts import two_factor_views as two_factor
from accounts import views

app_name = "accounts"

urlpatterns = [
    path("profile/", views.ProfileView.as_view(), name="profile"),
    path("sessions/", views.SessionsView.as_view(), name="sessions"),  # stands before allauth's page of that address
    path("sessions/<int:pk>/end/", views.EndSessionView.as_view(), name="session_end"),
    # These stand before allauth's pages of the same addresses.
    path("2fa/", two_factor.TwoFactorView.as_view(), name="two_factor"),
    path("2fa/totp/activate/", two_factor.ActivateAppView.as_view(), name="activate_app"),
    path("2fa/webauthn/add/", two_factor.AddPasskeyView.as_view(), name="add_passkey"),
    path("2fa/recovery-codes/", two_factor.RecoveryCodesView.as_view(), name="recovery_codes"),
]
