"""How much a web worker holds after it has served every page that is measured here."""

from __future__ import annotations

import django

if __name__ == "__main__":
    django.setup()

import psutil
from django.test import Client

from benchmarks.measuring import browser_of, ratio, slugs

MOST = 110  # MiB
PAGES = (
    "", "members/", "members/?q=ada", "members/?active=90", "members/by/more/", "groups/", "roles/", "invitations/",
    "invitations/new/", "audit/", "access/", "settings/",
)  # fmt: skip
ROUNDS = 20


def main() -> list[str]:
    slug = list(dict(sorted(slugs().items())).values())[-1]
    browser = browser_of(f"owner@{slug}.example")
    for _ in range(ROUNDS):
        for page in PAGES:
            _ask(browser, f"/o/{slug}/{page}")
    exported = browser.get(f"/o/{slug}/members/export.csv")
    for _ in exported.streaming_content:  # type: ignore[attr-defined]
        pass
    # What this process holds alone, as a worker that was forked from a loaded parent would.
    held = psutil.Process().memory_full_info().uss / 2**20
    return [ratio("a worker after all pages and an export, MiB", held, MOST)]


def _ask(browser: Client, path: str) -> None:
    response = browser.get(path)
    if response.status_code != 200:
        message = f"{path} answered {response.status_code}."
        raise RuntimeError(message)


if __name__ == "__main__":
    print("\n".join(main()))
