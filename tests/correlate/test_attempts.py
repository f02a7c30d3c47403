"""An attempt is not a success: what scans every hospital joins none of them, what gets in at two joins those two."""

from sigma.rule import SigmaRuleTag

from correlate.rules.attack import phase_of, tactics_of, techniques_of
from schemas.detection import Detection, Phase
from tests.builders import ANNECY, ATTACKER, BOURGOIN, ROANNE, VALENCE, VIENNE, detection, region, site

EVERYWHERE = (VIENNE, BOURGOIN, ANNECY, ROANNE, VALENCE)


def tried(finess: str, time: str, *values: str) -> Detection:
    """A detection of an attempt."""
    return detection(finess, time, *values, rule="scan", phase=Phase.ATTEMPT)


def test_a_scan_of_every_hospital_is_nothing() -> None:
    """However many sites it reaches, and however often: no incident, and no lead either."""
    told = region().story(*(tried(finess, f"0{hour}:10", ATTACKER) for hour in range(1, 4) for finess in EVERYWHERE))

    assert (told.living, told.leads) == ([], {})


def test_what_gets_in_at_two_of_five_scanned_hospitals_joins_the_two() -> None:
    """02:00 all are scanned, 02:30 and 03:00 two are entered: these two, with the scans they saw; not the other three."""
    told = region().story(*(tried(finess, "02:00", ATTACKER) for finess in EVERYWHERE))
    told.story(detection(VIENNE, "02:30", ATTACKER), detection(ROANNE, "03:00", ATTACKER))

    assert told.only["sites"] == sorted([VIENNE, ROANNE])
    assert told.only["detections"] == 4
    told.assert_explained()

    told.story(tried(BOURGOIN, "03:10", ATTACKER))
    assert told.only["sites"] == sorted([VIENNE, ROANNE])


def test_success_at_one_hospital_and_tries_at_others_is_a_lead() -> None:
    """Worth a look, and it wakes nobody; each further site widens it, more of the same does not."""
    told = region().story(
        tried(BOURGOIN, "02:00", ATTACKER), detection(VIENNE, "02:30", ATTACKER), tried(ANNECY, "03:00", ATTACKER)
    )
    told.story(tried(ANNECY, "03:01", ATTACKER))

    (lead,) = told.leads.values()
    assert told.living == []
    assert (lead["sites"], lead["attempted"]) == ([VIENNE], [BOURGOIN, ANNECY])
    assert (lead["version"], lead["rules"]) == (3, ["Rule r1"])
    assert lead["entities"] == [{"kind": "ip", "value": ATTACKER}]


def test_a_try_within_one_trust_domain_is_no_lead() -> None:
    """Two members of one GHT on one directory are one place."""
    told = region(site(VIENNE, ght="ght"), site(BOURGOIN, ght="ght"), site(ANNECY))
    told.story(tried(BOURGOIN, "02:00", ATTACKER), detection(VIENNE, "02:30", ATTACKER))

    assert (told.living, told.leads) == ([], {})


def test_the_tags_of_a_rule_tell_the_phase() -> None:
    """Our own tag first; else the tactics: what comes before entry is an attempt, so is guessing; a rule without tactics is a success."""
    assert phase_of(tags("attack.impact", "tocsin.attempt")) is Phase.ATTEMPT
    assert phase_of(tags("attack.initial-access", "tocsin.success")) is Phase.SUCCESS
    assert phase_of(tags("attack.initial-access", "attack.t1190")) is Phase.ATTEMPT
    assert phase_of(tags("attack.initial_access", "attack.execution")) is Phase.SUCCESS
    assert phase_of(tags("attack.credential-access", "attack.t1110.001")) is Phase.ATTEMPT
    assert phase_of(tags("attack.credential-access", "attack.t1003.001")) is Phase.SUCCESS
    assert phase_of(tags("cve.2021-44228")) is Phase.SUCCESS


def test_the_tags_of_a_rule_tell_techniques_and_tactics() -> None:
    """Both spellings of a tactic are one; groups and software are neither."""
    told = tags(
        "attack.t1059.001", "attack.lateral_movement", "attack.lateral-movement", "attack.g0016", "attack.s0154", "car.2013"
    )

    assert (techniques_of(told), tactics_of(told)) == (("T1059.001",), ("lateral-movement",))


def tags(*names: str) -> list[SigmaRuleTag]:
    """Tags as a rule has them."""
    return [SigmaRuleTag.from_str(name) for name in names]
