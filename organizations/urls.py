from django.urls import path

from organizations.views import organizations as views

app_name = "organizations"

urlpatterns = [
    path("organizations/new/", views.CreateView.as_view(), name="create"),
    path("o/<slug:slug>/switch/", views.SwitchView.as_view(), name="switch"),
    path("o/<slug:slug>/leave/", views.LeaveView.as_view(), name="leave"),
]
