"""The mails of organizations: queued by ids, written when they are sent."""

from organizations.emails import domains, ending, extending, ownership, plans


def register_all() -> None:
    """Declare their kinds to the outbox."""
    for each in (ownership, ending, extending, plans, domains):
        each.register_all()
