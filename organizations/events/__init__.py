"""What can happen in an organization, in words: a module for each thing that it can be about."""

from organizations.events.domains import *  # noqa: F403 - each is declared once and found here
from organizations.events.groups import *  # noqa: F403 - each is declared once and found here
from organizations.events.members import *  # noqa: F403 - each is declared once and found here
from organizations.events.organization import *  # noqa: F403 - each is declared once and found here
from organizations.events.ownership import *  # noqa: F403 - each is declared once and found here
from organizations.events.roles import *  # noqa: F403 - each is declared once and found here
