from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from accounts import emails, receivers  # noqa: F401, PLC0415
        from accounts.models import User  # noqa: PLC0415
        from audit import naming  # noqa: PLC0415

        emails.register_all()
        naming.register(User.objects.labels)
