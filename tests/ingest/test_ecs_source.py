"""ECS documents of other products: kept as they are, flat, and never trusted with what is ours."""

from datetime import UTC, datetime

import orjson
import pytest

from ingest.origin import NotUnderstood, Origin
from ingest.parsers.ecs import parse
from schemas.event import PARTIAL
from schemas.site import Site

ORIGIN = Origin(Site(finess="010000024", name="CH d'Exemple"), "edr", datetime(2026, 3, 28, 12, tzinfo=UTC))
TIME = {"@timestamp": "2026-03-27T13:00:00Z"}


def read(**document: object) -> dict[str, object]:
    """The fields that the parser finds in one document."""
    return parse(orjson.dumps(document).decode(), ORIGIN)


def test_nested_and_dotted_names_mean_the_same():
    """Both ways of writing a document give one flat event."""
    nested = read(**TIME, source={"ip": "192.0.2.7"}, event={"kind": "alert", "dataset": "edr.alert"})
    assert nested == read(**TIME, **{"source.ip": "192.0.2.7", "event.kind": "alert", "event.dataset": "edr.alert"})
    assert nested == {
        "@timestamp": "2026-03-27T13:00:00.000000Z",
        "source.ip": "192.0.2.7",
        "event.kind": "alert",
        "event.dataset": "edr.alert",
        "event.module": "ecs",
    }


def test_fields_outside_ecs_are_kept():
    """A vendor's own field stays: rules of that vendor read it."""
    assert read(**TIME, vendor={"score": 3})["vendor.score"] == 3


def test_roots_that_are_ours_are_not_taken_from_a_record():
    """A record cannot fill ``organization`` nor ``tocsin``; its id is kept aside."""
    event = read(**TIME, tocsin={"x": 1}, organization={"id": "1"}, event={"id": "given"})
    assert event["tocsin.event_id"] == "given"
    assert [name for name in event if name.startswith(("tocsin.", "organization."))] == ["tocsin.event_id"]
    assert "event.id" not in event


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("source.ip", "unknown", "unknown"),
        ("source.port", "443", "443"),
        ("event.kind", ["alert"], '["alert"]'),
        ("event.dataset", 7, "7"),
        ("user.name", {}, None),
        ("process.pid", True, "true"),
        ("host.ip", ["192.0.2.7", "x"], '["192.0.2.7","x"]'),
    ],
)
def test_a_value_of_the_wrong_type_moves_aside(field, value, text):
    """One bad value would make the store refuse the document: it moves, as text, and the event says that it is partial."""
    event = read(**TIME, **{field: value})
    assert event.get(f"tocsin.mistyped.{field}") == text
    assert event.get(field) in {None, "ecs"}
    assert (PARTIAL in event.get("tags", ())) == (text is not None)


def test_a_single_category_becomes_a_list():
    """Products write ``event.category`` as one word; ECS and our rules want a list."""
    event = read(**TIME, event={"category": "malware", "type": "info"}, tags="a")
    assert (event["event.category"], event["event.type"], event["tags"]) == (["malware"], ["info"], ["a"])


@pytest.mark.parametrize("value", [None, "soon", 1e40, [], True])
def test_a_time_that_cannot_be_read_is_partial(value):
    """Without a readable time the event has none, and says so; normalisation then takes the reception."""
    event = read(**{"@timestamp": value})
    assert "@timestamp" not in event
    assert event["tags"] == [PARTIAL]


@pytest.mark.parametrize("text", ["", "null", "[]", '"x"', "{", '{"a":1}{"b":2}', "NaN"])
def test_what_is_no_json_object_is_refused(text):
    """Other JSON and broken JSON say what was expected."""
    with pytest.raises(NotUnderstood, match="expected a JSON object"):
        parse(text, ORIGIN)
