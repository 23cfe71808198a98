"""Runs all of Roster on one machine: its web process, worker, beat and, where there is no other, its broker."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections

from team.running.checks import CannotStart, check_data_dir, check_port, check_socket_path, take_data_dir
from team.running.parts import SOCKET_NAME


class Command(BaseCommand):
    help = "Runs Roster: web, worker, beat, and a broker where REDIS_URL is unset. Ends with all of them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="Leave an empty database empty.")

    def handle(self, *args: Any, no_demo: bool = False, **options: Any) -> None:
        data = Path(settings.DATA_DIR)
        host = "127.0.0.1" if self._mail_is_kept() else settings.HOST
        own_broker = f"unix://{data / SOCKET_NAME}" == settings.REDIS_URL
        try:
            check_data_dir(data)
            if own_broker:
                check_socket_path(data / SOCKET_NAME)
            take_data_dir(data)
            check_port(host, settings.PORT)
        except CannotStart as problem:
            raise CommandError(str(problem)) from problem
        self._prepare()
        wants_demo = not no_demo and not get_user_model().objects.exists()
        connections.close_all()
        # From here on Django is only in the way: whoever watches the parts needs a tenth of the memory without it.
        os.execv(  # noqa: S606 - our own interpreter
            sys.executable,
            [
                sys.executable, "-m", "team.running",
                "--data", str(data),
                "--bind", f"{host}:{settings.PORT}",
                "--welcome", self._welcome(),
                *(["--broker"] if own_broker else []),
                *(["--first-step", sys.executable, sys.argv[0], "demo"] if wants_demo else []),
            ],
        )  # fmt: skip

    def _prepare(self) -> None:
        try:
            call_command("migrate", verbosity=0, interactive=False)
        except OperationalError as error:
            problem = f"The database does not answer: {error} Start it, or set DATABASE_URL to the one to use."
            raise CommandError(problem) from error
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        if not getattr(settings, "WHITENOISE_USE_FINDERS", False):
            call_command("collectstatic", verbosity=0, interactive=False)

    def _mail_is_kept(self) -> bool:
        # The page that shows kept mail shows live links, so it must not be seen from another machine.
        return settings.EMAIL_BACKEND.endswith("filebased.EmailBackend")

    def _welcome(self) -> str:
        lines = [f"Roster answers at {settings.BASE_URL}. Ctrl+C stops it."]
        if self._mail_is_kept():
            lines.append(f"Mail is kept on this machine, at {settings.BASE_URL}/mail/. Set EMAIL_URL to send it.")
        return "\n".join(lines)
