"""The list of fields knows what is ECS and what is not."""

import pytest

from ingest.ecs import FIELDS, mistyped_fields, unknown_fields


def test_invented_names_are_unknown():
    """Names that look like ECS and are not are told, in order; the open roots hold anything."""
    event = {
        "source.ip": "192.0.2.7",
        "src_ip": "x",
        "event.message": "x",
        "winlog.event_data.X": "1",
        "tocsin.y": 2,
        "labels.z": "q",
    }
    assert unknown_fields(event) == ["event.message", "src_ip"]


@pytest.mark.parametrize("removed", ["process.pgid", "process.parent.pgid", "service.node.role"])
def test_fields_that_ecs_9_removed_are_unknown(removed):
    """An event of today must fit the next major version."""
    assert removed not in FIELDS


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("source.ip", "2001:db8::1", "host"),
        ("source.port", 22, "22"),
        ("process.pid", 1, True),
        ("file.code_signature.exists", False, "false"),
        ("event.risk_score", 1.5, "high"),
        ("user.name", "jmartin", 7),
        ("related.ip", ["192.0.2.7"], ["192.0.2.7", None]),
        ("@timestamp", "2026-03-27T13:00:00Z", 0),
    ],
)
def test_values_are_held_against_their_type(name, good, bad):
    """Each ECS type accepts its values, alone or in a list, and no other."""
    assert mistyped_fields({name: good}) == mistyped_fields({name: [good] if not isinstance(good, list) else good}) == []
    assert mistyped_fields({name: bad}) == [name]


def test_no_name_is_listed_twice_with_two_types():
    """The expansion of reused field sets yields what it should: some hundred names, each known by ECS's own spelling."""
    assert {
        "user.target.name",
        "process.parent.executable",
        "file.pe.imphash",
        "destination.geo.country_iso_code",
    } <= FIELDS.keys()
    assert {FIELDS["source.port"], FIELDS["process.parent.pid"]} == {"long"}
