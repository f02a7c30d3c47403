"""A real browser, and a console on a real socket for it."""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from tests.services.processes import free_ports

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PHONE, DESK = (360, 760), (1280, 900)


@contextmanager
def browser() -> Iterator[Browser]:
    """Headless Chromium, with its own profile; without one the test is skipped."""
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no browser: install Debian's package `chromium`")
    with sync_playwright() as playwright:
        # A container's root has no user namespaces for the sandbox; the pages are our own.
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield opened
        opened.close()


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The address of an application, answering."""
    [port] = free_ports(1)
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off", server_header=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started:
        assert time.monotonic() < deadline, "the console never answered"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(30)


def window(
    chromium: Browser, size: tuple[int, int] = DESK, *, dark: bool = False, scripts: bool = True, language: str = "fr"
) -> Page:
    """A new window without a past."""
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
        locale=language,
    )
    return context.new_page()
