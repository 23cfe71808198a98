from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate


class OrganizationsConfig(AppConfig):
    name = "organizations"
    verbose_name = "Organizations"

    def ready(self) -> None:
        from audit import naming  # noqa: PLC0415
        from organizations import checks, emails, receivers  # noqa: PLC0415
        from organizations.bulk import job_kinds  # noqa: PLC0415
        from organizations.models import Organization  # noqa: PLC0415
        from organizations.schemes import load_schemes  # noqa: PLC0415

        emails.register_all()
        job_kinds.register_all()
        naming.register(Organization.objects.labels)
        load_schemes()  # a scheme that is wrong stops the start
        post_migrate.connect(receivers.write_builtin_roles, sender=self)
        register(checks.every_scheme_is_declared, Tags.database)
