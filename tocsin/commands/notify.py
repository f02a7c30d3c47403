"""``tocsin notify preview --out DIR``: every kind of mail about a made-up incident, as ``.eml``, ``.txt`` and ``.html``."""

import argparse
from collections.abc import Callable
from pathlib import Path

from notify.mail import POLICY, Sender, compose
from notify.preview import specimens
from schemas.errors import ConfigurationError
from schemas.notice import Notice

LANGUAGES = ("fr", "en")
SENDER = Sender(email="tocsin@region.example")

FORMATS: dict[str, Callable[[Notice], bytes]] = {
    "eml": lambda notice: compose(notice, SENDER, notice.due, uncertain=False).as_bytes(policy=POLICY),
    "txt": lambda notice: f"{notice.subject}\n\n{notice.text}".encode(),
    "html": lambda notice: notice.html.encode(),
}
"""What is written of each mail: as it leaves, as its text, as its HTML."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="preview")
    preview = verbs.add_parser("preview", help="write every kind of mail about a made-up incident")
    preview.add_argument("--out", type=Path, required=True, metavar="DIR", help="where to; made if it is not there")
    preview.add_argument("--lang", choices=LANGUAGES, help="one language alone")
    preview.add_argument("--format", nargs="+", choices=FORMATS, default=list(FORMATS), help="some of the three alone")


def run(arguments: argparse.Namespace) -> int:
    """Write the files, replacing those of an earlier preview."""
    try:
        arguments.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"--out {arguments.out}: cannot make that folder: {error.strerror}") from error
    for language in (arguments.lang,) if arguments.lang else LANGUAGES:
        for name, notice in specimens(language):
            for suffix in arguments.format:
                (arguments.out / f"{name}.{suffix}").write_bytes(FORMATS[suffix](notice))
            print(f"{arguments.out / name}: {notice.subject}")
    return 0
