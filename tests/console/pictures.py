"""Pictures of the console on the simulated region, and of mails: ``python -m tests.console.pictures FOLDER`` (``make screenshots``).

The region, its days and the console's clock are fixed, so a picture changes when a page does.
"""

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser

from notify.preview import specimens
from tests.services.browser import DESK, PHONE, browser, served, window
from tocsin.settings import Region, read
from tocsin.simulation.region import region
from tocsin.wiring.console import opened
from tocsin.wiring.demonstration import Demonstration

START = datetime(2026, 3, 17, 0, tzinfo=UTC)
DAYS = 1
NOW = START + timedelta(days=DAYS, minutes=20)
SEED = 1
SCALE = 0.05

MAILS = ("new_region.fr", "new_hospital.fr", "no_answer_hospital.fr")
LOOKS = {"light": (DESK, False), "dark": (DESK, True), "phone": (PHONE, False)}


def main(folder: Path) -> None:
    """Live through a day, open every page in every look, and write what is seen."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tocsin-pictures-") as name:
        demonstration = Demonstration(region(START, SEED, DAYS, scale=SCALE), Path(name))
        demonstration.run(lambda *_: None)
        console = opened(read(demonstration.configuration, Region), clock=lambda: NOW)
        with served(console.app) as address, browser() as chromium:
            for look in LOOKS:
                take(chromium, address, look, folder)
                take_mails(chromium, look, folder)


def take(chromium: Browser, address: str, look: str, folder: Path) -> None:
    """Every page in one look, a screen at a time."""
    size, dark = LOOKS[look]
    page = window(chromium, size, dark=dark)
    for name, path in (("queue", "/"), ("sites", "/sites"), ("leads", "/leads")):
        page.goto(address + path)
        page.screenshot(path=folder / f"{name}-{look}.png")
    page.goto(address + "/")
    page.locator(".queue a").first.click()
    page.screenshot(path=folder / f"incident-{look}.png")
    for part in ("matrix", "timeline", "mails"):
        page.locator(f"#{part}").scroll_into_view_if_needed()
        page.evaluate(f"document.getElementById('{part}').scrollIntoView()")
        page.screenshot(path=folder / f"{part}-{look}.png")
    page.context.close()


def take_mails(chromium: Browser, look: str, folder: Path) -> None:
    """The HTML of some mails, whole, as a reader of mail shows it."""
    size, dark = LOOKS[look]
    page = window(chromium, size, dark=dark, scripts=False)
    for name, notice in specimens("fr"):
        if name in MAILS:
            page.set_content(notice.html)
            page.screenshot(path=folder / f"mail-{name.partition('.')[0].replace('_', '-')}-{look}.png", full_page=True)
    page.context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
