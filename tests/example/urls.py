from django.urls import path

from tests.example import views

app_name = "example"

urlpatterns = [
    path("o/<slug:slug>/tasks/", views.TasksView.as_view(), name="tasks"),
    path("o/<slug:slug>/tasks/new/", views.CreateTaskView.as_view(), name="task_create"),
    path("o/<slug:slug>/connectors/<int:pk>/", views.RenameConnectorView.as_view(), name="connector"),
]
