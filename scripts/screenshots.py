"""Look at the product: take pictures of pages, wide and narrow, light and dark.

    python -m scripts.screenshots --email owner@example.org --password … --out pictures /accounts/profile/

Without an address it starts the product on an empty database of its own with the demo's people.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"": 1360, "-phone": 390}
THEMES = {"": "light", "-dark": "dark"}


@contextmanager
def product(port: int) -> Iterator[str]:
    """The product with the demo's data, for as long as the pictures take."""
    with tempfile.TemporaryDirectory(prefix="roster-pictures-") as folder:
        environment = os.environ | {"DATA_DIR": folder, "PORT": str(port)}
        for command in (["migrate", "-v", "0"], ["demo"]):
            subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)
        serve = [sys.executable, "manage.py", "runserver", "--noreload", str(port)]
        server = subprocess.Popen(serve, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
        try:
            address = f"http://localhost:{port}"
            wait_for(address)
            yield address
        finally:
            server.terminate()
            server.wait()


def wait_for(address: str) -> None:
    for _ in range(100):
        try:
            with urllib.request.urlopen(f"{address}/health/"):  # noqa: S310 - an address of this machine
                return
        except urllib.error.URLError:
            time.sleep(0.1)
    sys.exit(f"Nothing answers at {address}.")


def sign_in(page: Page, address: str, email: str, password: str) -> None:
    page.goto(f"{address}/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_load_state("networkidle")


def take(browser: Browser, address: str, arguments: argparse.Namespace) -> None:
    context = browser.new_context(viewport={"width": 1360, "height": 900}, device_scale_factor=arguments.scale)
    page = context.new_page()
    if arguments.email:
        sign_in(page, address, arguments.email, arguments.password)
    for path in arguments.paths:
        for narrow, width in WIDTHS.items():
            for dark, theme in THEMES.items():
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
                page.goto(address + path, wait_until="networkidle")
                name = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-") or "home"
                page.screenshot(path=arguments.out / f"{name}{narrow}{dark}.png", full_page=True)
    context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", help="pages, as /accounts/login/")
    parser.add_argument("--address", help="where the product runs; without it, it is started")
    parser.add_argument("--email", help="who signs in first; nobody without it")
    parser.add_argument("--password", default="")
    parser.add_argument("--out", type=Path, default=Path("pictures"))
    parser.add_argument("--port", type=int, default=8790)
    parser.add_argument("--scale", type=float, default=1)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        if arguments.address:
            take(browser, arguments.address, arguments)
        else:
            with product(arguments.port) as address:
                take(browser, address, arguments)
        browser.close()


if __name__ == "__main__":
    main()
