"""One record through one parser, whatever happens inside."""

from ingest.origin import NotUnderstood, Origin
from ingest.parsers import Parser
from schemas.event import RAW, Event


def understand(parse: Parser, text: str, origin: Origin) -> Event:
    """What the parser finds; an event tagged ``parse:raw`` that says why in ``error.message`` when it refuses or fails."""
    try:
        return parse(text, origin)
    except NotUnderstood as refusal:
        return {"tags": [RAW], "error.message": str(refusal)}
    except Exception as surprise:  # noqa: BLE001 - a record written by an attacker must not stop the stream; the event says so
        return {"tags": [RAW], "error.message": f"the parser failed: {type(surprise).__name__}: {surprise}"}
