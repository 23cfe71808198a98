from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from accounts import emails, receivers  # noqa: F401, PLC0415

        emails.register_all()
