"""``[[rules.setting]]``: what a region decides about its rules, everywhere or at some sites."""

from pathlib import Path
from typing import Any

import pytest

from schemas.detection import State
from schemas.errors import ConfigurationError
from tests.builders import ANNECY, BOURGOIN, VIENNE
from tocsin.settings import Region, read
from tocsin.wiring.rules import Rules, detector, rulebook_of

LOUD = "11111111-1111-4111-8111-111111111111"
QUIET = "22222222-2222-4222-8222-222222222222"
COUNTED = "33333333-3333-4333-8333-333333333333"
TWO_SITES = "44444444-4444-4444-8444-444444444444"

RULE = """
title: {name}
id: {id}
name: {name}
status: test
level: {level}
tags: [{tag}]
logsource: {{product: demo}}
detection:
    s: {{f: {name}}}
    condition: s
"""
CORRELATION = f"""
title: at two sites
id: {TWO_SITES}
status: test
level: critical
correlation:
    type: value_count
    rules: [counted]
    timespan: 1h
    condition: {{gte: 2, field: organization.id}}
"""
BURST = "55555555-5555-4555-8555-555555555555"
COUNTING = f"""
title: a burst
id: {BURST}
status: test
level: high
correlation:
    type: event_count
    rules: [counted]
    group-by: [host.name]
    timespan: 1h
    condition: {{gte: 2}}
"""
REGION = """
[region]
name = "Isère"
contacts = [{role = "grades", name = "GRADeS", email = "grades@region.example.org"}]
desk = {name = "desk", phone = "04 26 00 00 15"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A region of three sites, and four rules in two folders."""
    rules = tmp_path / "rules"
    (rules / "windows").mkdir(parents=True)
    (rules / "windows" / "loud.yml").write_text(RULE.format(name="loud", id=LOUD, level="high", tag="attack.t1059.001"))
    (rules / "quiet.yml").write_text(RULE.format(name="quiet", id=QUIET, level="low", tag="cve.2021-44228"))
    (rules / "counted.yml").write_text(RULE.format(name="counted", id=COUNTED, level="high", tag="attack.t1078"))
    (rules / "two.yml").write_text(CORRELATION)
    return tmp_path


def set_(folder: Path, *settings: str, more: str = "") -> Rules:
    """The rules with these settings."""
    sites = "".join(f'[[site]]\nfiness = "{finess}"\nname = "{finess}"\n' for finess in (VIENNE, BOURGOIN, ANNECY))
    text = (
        REGION + sites + f'[rules]\nfolders = ["rules"]\n{more}' + "".join(f"\n[[rules.setting]]\n{item}\n" for item in settings)
    )
    (folder / "region.toml").write_text(text)
    return rulebook_of(read(folder / "region.toml", Region).rules)


def event(name: str, site: str) -> dict[str, Any]:
    """An event that one rule matches."""
    return {
        "@timestamp": "2026-01-31T08:00:00Z",
        "event.id": "e",
        "event.kind": "event",
        "event.dataset": "demo",
        "organization.id": site,
        "f": name,
    }


def states(rules: Rules, name: str) -> list[State | None]:
    """How the rule stands at the three sites; None where it says nothing."""
    found = detector(rules).detect([event(name, site) for site in (VIENNE, BOURGOIN, ANNECY)])
    return [detections[0].state if detections else None for detections in found]


ON, SHADOW, OFF = State.ON, State.SHADOW, None
EVERYWHERE = 3


@pytest.mark.parametrize(
    ("settings", "name", "expected"),
    [
        pytest.param([], "loud", [ON] * EVERYWHERE, id="on by default"),
        pytest.param([], "quiet", [SHADOW] * EVERYWHERE, id="in shadow by default"),
        pytest.param([f'ids = ["{LOUD}"]\nstate = "off"'], "loud", [OFF] * EVERYWHERE, id="off by id"),
        pytest.param([f'ids = ["{QUIET}"]\nstate = "on"'], "quiet", [ON] * EVERYWHERE, id="on by id"),
        pytest.param(['paths = ["windows/*"]\nstate = "shadow"'], "loud", [SHADOW] * EVERYWHERE, id="by the end of a path"),
        pytest.param(['paths = ["windows/*"]\nstate = "on"'], "quiet", [SHADOW] * EVERYWHERE, id="another path is left alone"),
        pytest.param(['tags = ["attack.t1059*"]\nstate = "off"'], "loud", [OFF] * EVERYWHERE, id="by tag"),
        pytest.param(['tags = ["CVE.*"]\nstate = "on"'], "quiet", [ON] * EVERYWHERE, id="by a tag that is not of ATT&CK"),
        pytest.param(['levels = ["low"]\nstate = "on"'], "quiet", [ON] * EVERYWHERE, id="by level"),
        pytest.param(
            ['levels = ["high"]\ntags = ["attack.t1078"]\nstate = "off"'],
            "loud",
            [ON] * EVERYWHERE,
            id="all that is given must fit",
        ),
        pytest.param(
            ['levels = ["high", "low"]\nstate = "off"', f'ids = ["{LOUD}"]\nstate = "shadow"'],
            "loud",
            [SHADOW] * EVERYWHERE,
            id="the last one wins",
        ),
        pytest.param([f'ids = ["{LOUD}"]\nsites = ["{BOURGOIN}"]\nstate = "off"'], "loud", [ON, OFF, ON], id="off at one site"),
        pytest.param(
            [f'ids = ["{LOUD}"]\nstate = "off"', f'ids = ["{LOUD}"]\nsites = ["{ANNECY}"]\nstate = "on"'],
            "loud",
            [OFF, OFF, ON],
            id="on at one site alone",
        ),
        pytest.param(
            [f'ids = ["{LOUD}"]\nsites = ["{ANNECY}"]\nstate = "off"', f'ids = ["{LOUD}"]\nstate = "on"'],
            "loud",
            [ON] * EVERYWHERE,
            id="a later setting for all sites takes back one for a site",
        ),
        pytest.param(
            [f'ids = ["{COUNTED}"]\nstate = "on"'], "counted", [SHADOW] * EVERYWHERE, id="what is only counted stays so"
        ),
        pytest.param(
            [f'ids = ["{COUNTED}"]\nsites = ["{VIENNE}"]\nstate = "on"'], "counted", [SHADOW] * EVERYWHERE, id="and at one site"
        ),
        pytest.param(
            [f'ids = ["{TWO_SITES}"]\nstate = "off"'], "counted", [SHADOW] * EVERYWHERE, id="and when its correlation is off"
        ),
        pytest.param([f'ids = ["{COUNTED}"]\nstate = "off"'], "counted", [OFF] * EVERYWHERE, id="off is off, counted or not"),
    ],
)
def test_a_rule_stands_as_it_is_set(folder: Path, settings: list[str], name: str, expected: list[State | None]) -> None:
    """By id, path, tag or level, everywhere or at a site, in the order of the settings."""
    assert states(set_(folder, *settings), name) == expected


def test_with_all_on_a_setting_still_counts(folder: Path) -> None:
    """``all_on`` is the beginning, the settings are the exceptions."""
    rules = set_(folder, f'ids = ["{LOUD}"]\nstate = "shadow"', more="all_on = true\n")
    assert (states(rules, "quiet")[0], states(rules, "loud")[0]) == (ON, SHADOW)


def test_another_products_alert_is_not_silenced_by_the_id_it_claims(folder: Path) -> None:
    """An alert names its own rule; a setting is about ours."""
    rules = set_(folder, f'ids = ["{LOUD}"]\nsites = ["{VIENNE}"]\nstate = "off"')
    alert = event("nothing", VIENNE) | {"event.kind": "alert", "rule.id": LOUD, "event.dataset": "edr"}
    assert [found.rule_id for found in detector(rules).detect([alert])[0]] == [LOUD]


def test_a_correlation_is_off_or_has_another_threshold(folder: Path) -> None:
    """Off, it is not in the book; its threshold is the setting's."""
    assert [rule.threshold for rule in set_(folder, f'ids = ["{TWO_SITES}"]\nthreshold = 3').book.sites_within] == [3]
    assert set_(folder, f'ids = ["{TWO_SITES}"]\nstate = "off"').book.sites_within == ()
    assert (
        len(set_(folder, 'levels = ["critical"]\nstate = "off"', f'ids = ["{TWO_SITES}"]\nstate = "on"').book.sites_within) == 1
    )


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ([], [State.ON]),
        ([f'ids = ["{BURST}"]\nstate = "shadow"'], [State.SHADOW]),
        (['levels = ["high"]\nstate = "shadow"', f'ids = ["{BURST}"]\nstate = "on"'], [State.ON]),
        ([f'ids = ["{BURST}"]\nstate = "off"'], []),
    ],
)
def test_a_correlation_inside_a_trust_domain_stands_as_it_is_set(
    folder: Path, settings: list[str], expected: list[State]
) -> None:
    """On, in shadow, or not in the book."""
    (folder / "rules" / "burst.yml").write_text(COUNTING)
    assert [rule.state for rule in set_(folder, *settings).book.countings] == expected


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (f'ids = ["{BURST}"]\nthreshold = 3', "only a correlation over sites has one"),
        (f'ids = ["{BURST}"]\nsites = ["{VIENNE}"]\nstate = "off"', "it stands the same in the whole region"),
    ],
)
def test_what_a_correlation_inside_a_trust_domain_has_not_cannot_be_set(folder: Path, setting: str, said: str) -> None:
    """Neither another threshold nor another state at some sites."""
    (folder / "rules" / "burst.yml").write_text(COUNTING)
    with pytest.raises(ConfigurationError, match=said):
        set_(folder, setting)


@pytest.mark.parametrize(
    ("setting", "line", "said"),
    [
        (
            f'ids = ["{LOUD[:-1]}2"]\nstate = "off"',
            19,
            f"no folder holds a rule with the id '{LOUD[:-1]}2'; did you mean '{LOUD}'?",
        ),
        ('paths = ["linux/*"]\nstate = "off"', 19, "paths: no rule fits"),
        ('tags = ["attack.t9999"]\nstate = "off"', 19, "tags: no rule fits"),
        (f'ids = ["{LOUD}"]\nthreshold = 3', 20, "threshold: only a correlation over sites has one"),
        (f'ids = ["{TWO_SITES}"]\nstate = "shadow"', 20, "it stands the same in the whole region, on or off"),
        (f'ids = ["{TWO_SITES}"]\nsites = ["{VIENNE}"]\nstate = "off"', 21, "it stands the same in the whole region, on or off"),
        ('state = "off"', 18, "say which rules: ids, paths, tags or levels"),
        (f'ids = ["{LOUD}"]', 18, "give one of state and threshold"),
        (f'ids = ["{LOUD}"]\nstat = "off"', 20, "did you mean 'state'?"),
        (f'ids = ["{LOUD}"]\nstate = "silent"', 20, "'on', 'shadow' or 'off'"),
        (f'ids = ["{LOUD}"]\nsites = ["990000001"]\nstate = "off"', None, "site 990000001 is not declared"),
    ],
)
def test_a_setting_that_fits_nothing_is_an_error(folder: Path, setting: str, line: int | None, said: str) -> None:
    """File, line, the rule it names, and what was probably meant."""
    with pytest.raises(ConfigurationError) as caught:
        set_(folder, setting)
    assert said in str(caught.value)
    assert f"{folder / 'region.toml'}:{line or ''}" in str(caught.value)


def test_a_setting_for_a_refused_rule_says_why_it_is_refused(folder: Path) -> None:
    """The rule is there, and the operator learns what is wrong with it."""
    (folder / "rules" / "quiet.yml").write_text(
        RULE.format(name="quiet", id=QUIET, level="low", tag="a.b").replace("condition: s", "condition: t")
    )
    with pytest.raises(ConfigurationError, match=f"the rule {QUIET} is refused: .*quiet.yml"):
        set_(folder, f'ids = ["{QUIET}"]\nstate = "on"')
