from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("profile/", views.ProfileView.as_view(), name="profile"),
    path("sessions/", views.SessionsView.as_view(), name="sessions"),  # stands before allauth's page of that address
    path("sessions/<int:pk>/end/", views.EndSessionView.as_view(), name="session_end"),
]
