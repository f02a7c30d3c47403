"""``tocsin dead list|show|replay``: what could not be read, with its bytes and the reason; replay puts it back where it came from."""

import argparse
import asyncio
import sys
from base64 import b64decode
from pathlib import Path

from schemas.errors import ConfigurationError
from schemas.output import Document
from tocsin.settings import Region, read
from tocsin.wiring import look

MAX_LISTED = 1000
SHOWN = 2000
"""Bytes printed of one letter unless --raw."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--config", type=Path, required=True, help="region.toml")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|show|replay")
    verbs.add_parser("list", help="one line each")
    show = verbs.add_parser("show", help="one letter with its bytes")
    show.add_argument("id")
    show.add_argument("--raw", action="store_true", help="the bytes alone, as they came")
    replay = verbs.add_parser("replay", help="put letters back on the topic they came from")
    replay.add_argument("ids", nargs="+", metavar="ID", help="ids, or `all`")


def run(arguments: argparse.Namespace) -> int:
    """List, show or replay."""
    return asyncio.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> int:
    open_ = look.opened(read(arguments.config, Region))
    try:
        if arguments.verb == "list":
            return await _list(open_)
        if arguments.verb == "show":
            return await _show(open_, arguments.id, raw=arguments.raw)
        return await _replay(open_, arguments.ids)
    finally:
        await open_.close()


async def _list(open_: look.Opened) -> int:
    bodies = await open_.store.recent("dead", MAX_LISTED)
    for body in sorted(bodies, key=lambda body: (str(body["topic"]), str(body["id"]))):
        replayed = f", replayed {body['replayed']}x" if body["replayed"] else ""
        print(f"{body['id']}  {body['topic']}  {body['size']} bytes{replayed}  {_printable(str(body['reason']))}")
    print(f"{len(bodies)} dead letters", file=sys.stderr)
    return 0


async def _show(open_: look.Opened, name: str, *, raw: bool) -> int:
    document = await _found(open_, name)
    data = _bytes(document)
    if raw:
        sys.stdout.buffer.write(data)
        return 0
    for field in ("topic", "key", "site", "source", "reason", "size", "replayed"):
        print(f"{field}: {_printable(str(document.body[field]))}")
    print(f"bytes: {data[:SHOWN]!r}{' …' if len(data) > SHOWN else ''}")
    return 0


async def _replay(open_: look.Opened, names: list[str]) -> int:
    """Ids downstream are functions of content, so a letter that was replayed twice leaves no double."""
    if names == ["all"]:
        names = sorted(str(body["id"]) for body in await open_.store.recent("dead", MAX_LISTED))
    kept_back = 0
    for name in names:
        document = await _found(open_, name)
        topic = str(document.body["topic"])
        if topic.startswith(("store/", "source/")):
            kept_back += 1
            print(f"{name}: not put back: {topic} is no topic; {_printable(str(document.body['reason']))}")
            continue
        await open_.log.append(open_.prefix + topic, str(document.body["key"]), _bytes(document))
        body = {**document.body, "replayed": int(document.body["replayed"]) + 1}
        await open_.store.upsert([document._replace(body=body, version=(document.version or 1) + 1)])
        print(f"{name}: put back on {open_.prefix}{topic}")
    return 1 if kept_back else 0


async def _found(open_: look.Opened, name: str) -> Document:
    document = await open_.store.read("dead", name)
    if document is None:
        raise ConfigurationError(f"there is no dead letter {name}; `tocsin dead list` names them")
    return document


def _bytes(document: Document) -> bytes:
    return b64decode(str(document.body["data"]), altchars=b"-_")


def _printable(text: str) -> str:
    """Log bytes may carry terminal control sequences."""
    return "".join(char if char.isprintable() else "·" for char in text)
