"""correlate.indicators.stix: what a bundle says of its indicators."""

from typing import Any

import pytest

from correlate.indicators.refusal import Because
from schemas.detection import Level, State
from tests.correlate.indicators.feeds import AMBER_STRICT, CLEAR, RED, bundle, found, known, refused, stix

IP = "203.0.113.66"


def one(**more: Any) -> Any:
    """The only indicator of a bundle."""
    (indicator,) = known(bundle(stix(**more))).table
    return indicator


def test_a_bundle_and_a_lone_indicator_are_read() -> None:
    """Identity, name, source and value are the feed's own."""
    for document in (bundle(stix()), stix()):
        (indicator,) = known(document).table
        assert indicator.id == stix()["id"]
        assert (indicator.value, indicator.about.name, indicator.about.source) == (IP, "Relais 1", "feeds/cert")


@pytest.mark.parametrize(
    ("confidence", "level"),
    [
        (None, "medium"),
        (100, "high"),
        (70, "high"),
        (69, "medium"),
        (30, "medium"),
        (29, "low"),
        (1, "low"),
        (0, "informational"),
    ],
)
def test_confidence_is_the_level(confidence: int | None, level: str) -> None:
    """The scale None, Low, Med, High of STIX 2.1 appendix A; nothing said is medium."""
    more = {} if confidence is None else {"confidence": confidence}
    assert one(**more).about.level == Level(level)


@pytest.mark.parametrize("kind", ["anonymization", "anomalous-activity", "unknown"])
def test_types_that_accuse_nobody_are_low(kind: str) -> None:
    """A relay of Tor is seen, reported and in no incident, however sure the feed is."""
    assert one(indicator_types=[kind], confidence=100).about.level is Level.LOW
    assert one(indicator_types=[kind, "malicious-activity"], confidence=100).about.level is Level.HIGH
    assert found(bundle(stix(indicator_types=[kind])), destination__ip=IP)[0].state is State.SHADOW


def test_benign_revoked_and_foreign_patterns_are_refused() -> None:
    """Each is counted under its own reason, and matches nothing."""
    assert refused(bundle(stix(indicator_types=["benign"]))) == {Because.BENIGN: 1}
    assert refused(bundle(stix(revoked=True))) == {Because.REVOKED: 1}
    assert refused(bundle(stix(pattern_type="yara"))) == {Because.UNSUPPORTED: 1}


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "malware--1"},
        {"id": 7},
        {"pattern": None},
        {"pattern": ["[ipv4-addr:value = '203.0.113.66']"]},
        {"valid_from": "yesterday"},
        {"valid_until": 12},
        {"valid_until": "2019-01-01T00:00:00Z"},
        {"modified": "soon"},
    ],
)
def test_wrong_types_are_refused(wrong: dict[str, Any]) -> None:
    """A field that is not what the specification says refuses its indicator, and no other."""
    document = bundle(stix(**wrong), stix(number=2))
    assert refused(document) == {Because.INVALID: 1}
    assert len(known(document).table) == 1


@pytest.mark.parametrize("objects", [None, {}, "x", 7])
def test_objects_that_are_no_list_are_refused(objects: Any) -> None:
    """The refusal names the place."""
    report = known({"type": "bundle", "objects": objects}).report
    assert [(refusal.where, refusal.because) for refusal in report.shown] == [("objects", Because.INVALID)]


def test_a_refusal_names_file_place_and_alternative() -> None:
    """An author finds the very spot in the JSON; the other alternatives are matched."""
    document = bundle({"type": "malware"}, stix(f"[ipv4-addr:value = '{IP}' OR ipv4-addr:value = '10.0.0.1']"))
    (refusal,) = known(document).report.shown
    assert str(refusal).startswith("feeds/cert/0.json: objects[1].pattern (alternative 2 of 2): not public: 10.0.0.1 ")
    assert [indicator.value for indicator in known(document).table] == [IP]


def test_the_latest_version_counts_in_any_order() -> None:
    """A feed that lists an id twice means the later one; a revocation takes it out, and so does a pattern that is no longer matched."""
    old = stix(modified="2025-01-01T00:00:00Z")
    new = stix("[ipv4-addr:value = '198.51.100.99']", modified="2025-06-01T00:00:00+02:00")
    gone = stix(modified="2025-07-01T00:00:00Z", revoked=True)
    other = stix("[url:value LIKE 'x%']", modified="2025-07-01T00:00:00Z")
    for documents in ([bundle(old, new)], [bundle(new, old)], [bundle(new), bundle(old)]):
        assert [indicator.value for indicator in known(*documents).table] == ["198.51.100.99"]
        assert refused(*documents) == {Because.SUPERSEDED: 1}
    for last in (gone, other):
        assert len(known(bundle(last, new, old)).table) == 0
        assert len(known(bundle(old), bundle(last), bundle(new)).table) == 0


@pytest.mark.parametrize(
    ("references", "tlp"),
    [
        ([], "TLP:AMBER"),
        ([CLEAR], "TLP:CLEAR"),
        ([CLEAR, AMBER_STRICT], "TLP:AMBER+STRICT"),
        ([RED, CLEAR], "TLP:RED"),
        (["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"], "TLP:CLEAR"),
        (["marking-definition--00000000-0000-4000-8000-000000000000"], "TLP:RED"),
    ],
)
def test_the_strictest_marking_wins(references: list[str], tlp: str) -> None:
    """Of several, the strictest; of none, the region's default; one that is defined nowhere is read as the strictest of all."""
    assert one(object_marking_refs=references).about.tlp == tlp


@pytest.mark.parametrize(
    ("definition", "tlp", "pap"),
    [
        ({"definition_type": "tlp", "definition": {"tlp": "white"}}, "TLP:CLEAR", "PAP:AMBER"),
        ({"definition_type": "tlp", "definition": {"tlp": "violet"}}, "TLP:RED", "PAP:AMBER"),
        (
            {"extensions": {"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d": {"tlp_2_0": "amber+strict"}}},
            "TLP:AMBER+STRICT",
            "PAP:AMBER",
        ),
        ({"definition_type": "statement", "definition": {"statement": "PAP:RED"}}, "TLP:AMBER", "PAP:RED"),
        ({"name": "PAP:WHITE"}, "TLP:AMBER", "PAP:CLEAR"),
        ({"definition_type": "statement", "definition": {"statement": "© 2026"}}, "TLP:AMBER", "PAP:AMBER"),
        ({"definition": [], "extensions": 3, "name": 5}, "TLP:AMBER", "PAP:AMBER"),
    ],
)
def test_definitions_in_the_bundle_are_read(definition: dict[str, Any], tlp: str, pap: str) -> None:
    """TLP 1.0, TLP 2.0 as an extension, PAP as a statement or a name; a copyright marks nothing."""
    identity = "marking-definition--00000000-0000-4000-8000-000000000000"
    marked = {"type": "marking-definition", "id": identity, **definition}
    (indicator,) = known(bundle(stix(object_marking_refs=[identity]), marked)).table
    assert (indicator.about.tlp, indicator.about.pap) == (tlp, pap)


def test_no_bundle_loosens_a_predefined_marking() -> None:
    """Whoever writes a definition under the id of TLP:RED has not changed what red is."""
    loose = {"type": "marking-definition", "id": RED, "definition": {"tlp": "white"}}
    (indicator,) = known(bundle(loose, stix(object_marking_refs=[RED]))).table
    assert indicator.about.tlp == "TLP:RED"


def test_a_marking_of_a_part_marks_the_whole() -> None:
    """A granular marking of the description still forbids to pass the indicator on."""
    assert one(granular_markings=[{"marking_ref": RED, "selectors": ["description"]}]).about.tlp == "TLP:RED"


def test_tactics_are_those_of_attack() -> None:
    """Kill chains of other makers are not mistaken for ATT&CK's."""
    phases = [
        {"kill_chain_name": "mitre-attack", "phase_name": "command-and-control"},
        {"kill_chain_name": "mandiant-attack-lifecycle-model", "phase_name": "initial-compromise"},
    ]
    assert one(kill_chain_phases=phases).about.tactics == ("command-and-control",)
