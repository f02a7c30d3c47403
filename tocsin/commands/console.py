"""``tocsin console --config region.toml``: the analysts' pages, on this machine only."""

import argparse
import asyncio
import socket
import sys
from ipaddress import ip_address
from pathlib import Path

from console.words import LANGUAGES
from schemas.errors import ConfigurationError
from tocsin.settings import Region, read

PORT = 8710


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--config", type=Path, required=True, help="region.toml")
    parser.add_argument("--address", default="127.0.0.1", help="of this machine, and not reachable from another (127.0.0.1)")
    parser.add_argument("--port", type=int, default=PORT, help=f"0 for any that is free ({PORT})")
    parser.add_argument("--lang", choices=LANGUAGES, default="fr", help="for browsers that ask for neither language (fr)")


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    region = read(arguments.config, Region)
    door = bound(arguments.address, arguments.port)
    host, port = door.getsockname()[:2]
    print(
        f"tocsin console: {region.region.name}: http://{f'[{host}]' if ':' in host else host}:{port}/",
        file=sys.stderr,
        flush=True,
    )
    with door:
        asyncio.run(_serve(region, arguments.lang, door))
    return 0


def bound(address: str, port: int) -> socket.socket:
    """A socket on an address of this machine alone: the console knows no users yet, so nobody else may reach it.

    Raises:
        ConfigurationError: the address is reachable from elsewhere, or the port is taken.
    """
    try:
        loopback = ip_address("127.0.0.1" if address == "localhost" else address)
    except ValueError as error:
        raise ConfigurationError(f"--address {address}: no IP address of this machine") from error
    if not loopback.is_loopback:
        raise ConfigurationError(
            f"--address {address}: the console has no access control yet, so it serves this machine alone (127.0.0.1 or ::1); "
            "reach it from elsewhere through an SSH tunnel"
        )
    door = socket.socket(socket.AF_INET6 if loopback.version == 6 else socket.AF_INET)  # noqa: PLR2004 - a version of IP
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((str(loopback), port))
        door.listen()  # whoever reads the address that is printed next is not refused
    except (OSError, OverflowError) as error:
        door.close()
        raise ConfigurationError(f"--port {port}: cannot listen there: {error}") from error
    return door


async def _serve(region: Region, language: str, door: socket.socket) -> None:
    import uvicorn

    from tocsin.wiring.console import opened

    console = opened(region, language)
    config = uvicorn.Config(console.app, log_level="warning", access_log=False, server_header=False, lifespan="off", ws="none")
    try:
        await uvicorn.Server(config).serve(sockets=[door])
    finally:
        await console.close()
