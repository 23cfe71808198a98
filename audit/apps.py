from django.apps import AppConfig
from django.db.models.signals import post_migrate

from audit.guards import install_after_migrating


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "Audit"

    def ready(self) -> None:
        post_migrate.connect(install_after_migrating, sender=self)
