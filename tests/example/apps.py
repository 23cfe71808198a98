from django.apps import AppConfig


class ExampleConfig(AppConfig):
    name = "tests.example"
    label = "example"

    def ready(self) -> None:
        from tests.example import receivers  # noqa: F401, PLC0415
