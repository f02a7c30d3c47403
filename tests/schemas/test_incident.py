"""What the nouns of an incident promise."""

import pytest
from pydantic import ValidationError

from schemas.detection import Detection, Entity, Kind, Level, detection_id
from schemas.incident import Link, Membership, Reason, Why, incident_id
from tests.builders import NIGHT, VIENNE, detection


def test_levels_are_ranked() -> None:
    """Sigma's five, lowest first."""
    assert [level.rank for level in Level] == [0, 1, 2, 3, 4]
    assert (Level.INFORMATIONAL.rank, Level.CRITICAL.rank) == (0, 4)


def test_a_detection_is_written_with_ecs_names() -> None:
    """``rule.id``, ``rule.name`` and ``@timestamp`` outside; either name is read."""
    found = detection(VIENNE, NIGHT)
    body = found.model_dump(mode="json", by_alias=True)

    assert {"rule.id", "rule.name", "@timestamp", "site", "event_ids", "level", "kind", "entities", "id"} <= body.keys()
    assert (body["rule.id"], body["@timestamp"]) == ("r1", "2026-01-31T02:00:00.000000Z")
    assert Detection.model_validate(body) == Detection.model_validate(found.model_dump()) == found
    assert found.kind is Kind.SIGMA


def test_ids_of_different_things_differ() -> None:
    """The same text as detection, incident and membership gives three ids."""
    membership = Membership(incident_id="i", detection_id="d", site=VIENNE, time=NIGHT, reason=Reason.SHARED_ENTITY, weight=1)

    assert len({detection_id("r", "x"), incident_id("x"), membership.id}) == 3
    assert membership.model_copy(update={"weight": 0.5}).id == membership.id
    assert detection_id("r", "a", "b") != detection_id("r", "ab")


@pytest.mark.parametrize("weight", [-0.1, 1.1, float("nan")])
def test_a_weight_runs_from_0_to_1(weight: float) -> None:
    """A membership's may be 0, a link's may not."""
    with pytest.raises(ValidationError, match="weight"):
        Membership(incident_id="i", detection_id="d", site=VIENNE, time=NIGHT, reason=Reason.SHARED_ENTITY, weight=weight)
    with pytest.raises(ValidationError, match="weight"):
        Link(reason=Reason.SHARED_ENTITY, weight=min(weight, 0), sites=(VIENNE,))


@pytest.mark.parametrize("part", ["rules", "links", "examples", "baseline"])
def test_a_why_without_a_reason_cannot_be(part: str) -> None:
    """Rules, links, examples and the baseline are always there."""
    whole = {
        "rules": [{"id": "r", "name": "R", "level": "high", "count": 1}],
        "links": [{"reason": "sites_within", "weight": 1, "sites": [VIENNE]}],
        "examples": [{"site": VIENNE, "detection_id": "d", "event_ids": ["e"], "time": NIGHT}],
        "baseline": "none",
    }
    assert Why.model_validate(whole).only_link is None

    with pytest.raises(ValidationError, match=part):
        Why.model_validate({**whole, part: "" if part == "baseline" else []})


def test_an_entity_has_one_key() -> None:
    """Kind and value; a value may hold colons."""
    assert Entity(kind="url", value="http://a:1").key == "url:http://a:1"
