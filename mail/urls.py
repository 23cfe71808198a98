"""The development mail page."""

from django.urls import path

from mail import views

app_name = "mail"

urlpatterns = [
    path("", views.MailListView.as_view(), name="list"),
    path("<slug:name>/", views.MailShowView.as_view(), name="show"),
    path("<slug:name>/letter/", views.LetterView.as_view(), name="letter"),
]
