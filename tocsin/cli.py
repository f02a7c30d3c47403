"""The command line: ``tocsin COMMAND``. Exit status 0 on success, 2 on bad usage or configuration, 1 on failure."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import version
from typing import NoReturn

from schemas.errors import ConfigurationError, RightsError, TocsinError

COMMANDS = {
    "demo": "the whole pipeline on this machine, on a simulated region under attack",
    "run": "the region, embedded: one process, one file",
    "ship": "the hospital's shipper",
    "worker": "a Faust worker of the cluster: normalise, correlate or notify",
    "console": "the analysts' pages, on this machine",
    "replay": "recorded logs through the embedded pipeline, on event time",
    "normalise": "raw lines on stdin, Events on stdout",
    "detect": "Events on stdin, Detections on stdout",
    "rules": "load rules and list each one refused; try them on the cases beside them",
    "indicators": "read feeds of indicators, count them and name what is refused",
    "simulate": "write a region's logs and its region.toml",
    "provision": "topics, index templates and indices; idempotent",
    "doctor": "what is wrong, in one screen",
    "dead": "list, show and replay dead letters",
    "notify": "write every kind of mail to files, to look at",
    "acknowledge": "take an incident: its escalation stops",
    "schemas": "the nouns as JSON Schemas",
}
"""Each is the module of that name in ``tocsin.commands``, with ``configure(parser)`` and ``run(arguments) -> int``."""


LIBRARY_LEVELS = {
    "kafka": logging.CRITICAL,
    "aiokafka": logging.CRITICAL,
    "elastic_transport": logging.CRITICAL,
    "faust": logging.CRITICAL,
    "mode": logging.CRITICAL,
}
"""Client libraries repeat themselves while a service is away; our own adapters say it once."""


class Parser(argparse.ArgumentParser):
    """Suggests the command that was meant."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong on one line, and end with status 2."""
        word = message.partition("invalid choice: '")[2].partition("'")[0]
        close = get_close_matches(word, COMMANDS, n=1) if word and "COMMAND" in message else []
        hint = f"; did you mean {close[0]!r}?" if close else ""
        self.exit(2, f"{self.prog}: {message}{hint}\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit status."""
    arguments = _parser(argv if argv is not None else sys.argv[1:])
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name, level in LIBRARY_LEVELS.items():
        logging.getLogger(name).setLevel(level)
    try:
        return int(arguments.run(arguments))
    except (ConfigurationError, RightsError) as error:
        print(f"tocsin {arguments.command}: {error}", file=sys.stderr)
        return 2
    except TocsinError as error:
        print(f"tocsin {arguments.command}: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of our output went away, as `| head` does; SIGPIPE itself would kill a worker silently
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130


def _parser(argv: Sequence[str]) -> argparse.Namespace:
    """Only the module of the command that is asked for is imported: ``normalise`` must not pay for Faust."""
    parser = Parser(prog="tocsin", description="One incident that spans hospitals.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"tocsin {version('tocsin')}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    asked = next((word for word in argv if not word.startswith("-")), None)
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        if name == asked:
            module = import_module(f"tocsin.commands.{name}")
            module.configure(command)
            command.set_defaults(run=module.run)
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
