"""A mail as the mail server gets it."""

from django.core.mail import EmailMultiAlternatives

from mail.kinds import Message


class Letter(EmailMultiAlternatives):
    """The text and the page of one mail, with its `data`: its MIME, made once and before there is a connection.

    A header with a line break is refused here.
    """

    def __init__(self, message: Message, message_id: str) -> None:
        headers = {"Auto-Submitted": "auto-generated", **message.headers, "Message-ID": message_id}
        super().__init__(message.subject, message.text, to=[message.to], headers=headers)
        self.attach_alternative(message.html, "text/html")
        self.data = self.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg] # it is Django's
