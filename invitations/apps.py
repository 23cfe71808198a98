from django.apps import AppConfig


class InvitationsConfig(AppConfig):
    name = "invitations"
    verbose_name = "Invitations"

    def ready(self) -> None:
        from invitations import emails, join_emails, join_receivers, receivers  # noqa: F401, PLC0415
        from invitations.bulk import many, sending  # noqa: PLC0415
        from mail import kinds  # noqa: PLC0415

        emails.register_all()
        kinds.follow(emails.INVITATION, receivers.follow_mail)
        join_emails.register_all()
        many.register_all()
        sending.register_all()
