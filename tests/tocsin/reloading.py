"""Rules whose files change, for the tests of reloading."""

from correlate.rules.load import load
from schemas.batch import RawBatch
from schemas.detection import Detection, DetectionBatch
from schemas.output import Emit
from tests.builders import at
from tocsin.analysis import Analysis
from tocsin.rule_succession import Force, first

RULE = """
title: {title}
id: {id}
name: {name}
status: test
level: high
logsource: {{product: demo}}
detection:
    s: {{f: {value}}}
    condition: s
"""
CORRELATION = """
title: At some sites
id: 44444444-4444-4444-8444-444444444444
status: test
level: critical
correlation:
    type: value_count
    rules: [a]
    timespan: {timespan}
    condition: {{gte: 2, field: organization.id}}
"""
REGION = """
[region]
name = "Isère"
contacts = [{role = "grades", name = "GRADeS", email = "grades@region.example.org"}]
desk = {name = "desk", phone = "04 26 00 00 15"}
[[site]]
finess = "380781435"
name = "CH de Vienne"
[rules]
folders = ["rules"]
"""
BROKEN = "title: [unclosed\n"


def rule(name: str = "a", value: str = "x", title: str = "Rule") -> str:
    """The text of a rule that looks for a value."""
    return RULE.format(title=title, name=name, value=value, id=f"{ord(name):08}-1111-4111-8111-111111111111")


def begun(**texts: str) -> Force:
    """What is in force at first."""
    return first(texts, {}, load)


def ids(force: Force) -> list[str]:
    """The rules in force."""
    return [rule.id[:8] for rule in force.book.rules]


def raw(site: str, value: str, position: int) -> RawBatch:
    """One record of an ECS source."""
    record = b'{"@timestamp":"2026-01-31T02:00:0%dZ","event":{"module":"demo"},"f":"%b"}' % (position, value.encode())
    return RawBatch(
        site=site, source="s", source_type="ecs", epoch="e", positions=(position,), records=(record,), received=at("02:10")
    )


def found_in(analysis: Analysis, batch: RawBatch) -> list[Detection]:
    """What a batch gives."""
    onward = [output.noun for output in analysis.step({}, batch) if isinstance(output, Emit)]
    return [item.detection for noun in onward if isinstance(noun, DetectionBatch) for item in noun.found]
