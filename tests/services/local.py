"""Services to try things on by hand: ``python -m tests.services.local start`` (``make services``), then ``stop``."""

import os
import sys
import tempfile
from pathlib import Path

from tests.services.find import ELASTICSEARCH, KAFKA, start_together
from tests.services.local_elasticsearch import LocalElasticsearch
from tests.services.local_kafka import LocalKafka
from tests.services.processes import Missing, discard

FOLDER = Path(tempfile.gettempdir()) / f"tocsin-kept-{os.getuid()}"


def start() -> str:
    """Start both, unless they run, and return the lines that point a test run at them."""
    lines = FOLDER / "environment"
    if not lines.is_file():
        discard(FOLDER)
        FOLDER.mkdir(mode=0o755)
        kafka, elasticsearch = LocalKafka(FOLDER / "kafka"), LocalElasticsearch(FOLDER / "elasticsearch")
        start_together(kafka, elasticsearch)
        lines.write_text(_environment(kafka, elasticsearch))
    return lines.read_text()


def _environment(kafka: LocalKafka, elasticsearch: LocalElasticsearch) -> str:
    variables = {
        KAFKA: kafka.address.bootstrap,
        f"{KAFKA}_SCRAM": kafka.address.scram,
        f"{KAFKA}_CA": kafka.address.ca,
        ELASTICSEARCH: elasticsearch.address.url,
        f"{ELASTICSEARCH}_CA": elasticsearch.address.ca,
        f"{ELASTICSEARCH}_USER": elasticsearch.address.user,
        f"{ELASTICSEARCH}_PASSWORD": elasticsearch.address.password,
    }
    return "".join(f"export {name}={value}\n" for name, value in variables.items())


def main(arguments: list[str]) -> int:
    """Exit status: 0, 1 when this machine cannot run them, 2 on bad usage."""
    match arguments:
        case ["start"]:
            try:
                print(start(), end="")
            except Missing as missing:
                print(f"no services: {missing}", file=sys.stderr)
                return 1
        case ["stop"]:
            discard(FOLDER)
        case _:
            print("expected: python -m tests.services.local start|stop", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
