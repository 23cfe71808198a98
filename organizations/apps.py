from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OrganizationsConfig(AppConfig):
    name = "organizations"
    verbose_name = "Organizations"

    def ready(self) -> None:
        from organizations import receivers  # noqa: PLC0415
        from organizations.schemes import load_schemes  # noqa: PLC0415

        load_schemes()  # a scheme that is wrong stops the start
        post_migrate.connect(receivers.write_builtin_roles, sender=self)
