from celery.signals import task_postrun, task_prerun
from django.apps import AppConfig
from django.db.models.signals import post_migrate

from audit.guards import install_after_migrating


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "Audit"

    def ready(self) -> None:
        from audit import refusing  # noqa: PLC0415

        post_migrate.connect(install_after_migrating, sender=self)
        task_prerun.connect(refusing.begin_task)
        task_postrun.connect(refusing.end_task)
