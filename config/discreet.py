"""What is written into the log names no secret: Django tells the path of what it refuses, and some paths are keys."""

import logging
import re

_KEYS = re.compile(r"(/(?:i|j|accounts/confirm-email|accounts/password/reset/key)/)[^/\s\"'>]+")


class DiscreetFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return _KEYS.sub(r"\1…", super().format(record))
