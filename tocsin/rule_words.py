"""An explanation of a rule and an event, for people and for programs."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from correlate.rules.explain import Explanation, Step, What

MAX_ACTUAL = 200
"""Characters of an event's value that are shown."""
MAX_ALIKE = 12
"""Parts of one *any of* that are shown, where none of them holds."""
_HEADS = {What.ALL: "all of", What.ANY: "any of", What.NOT: "not"}


def in_words(explanation: Explanation) -> Iterator[str]:
    """Lines: the verdict, whether the rule was asked at all, then the condition, one part a line with yes or no before it."""
    verdict = "match" if explanation.matches else "no match"
    yield f"{verdict}: {explanation.title} ({explanation.rule_id})"
    yield f"  rule     {explanation.path}"
    yield f"  about    {explanation.about}"
    asked = "" if explanation.asked else "   <- so the rule is not asked, whatever its condition says"
    yield f"  event    {explanation.of}{asked}"
    yield from _lines(explanation.condition, 0)


def _lines(step: Step, depth: int, before: str = "") -> Iterator[str]:
    head = f"{'yes' if step.holds else 'no ':3}  {'  ' * depth}{before}"
    if step.what is What.SELECTION:
        yield from _lines(step.parts[0], depth, f"{before}{step.text}: ")
    elif step.what is What.FIELD:
        yield f"{head}{' or '.join(step.fields)} {step.text}; the event has {_shown(step.actual)}"
    elif step.what is What.KEYWORD:
        yield f"{head}some value {step.text.replace('is ', 'contains ', 1)}"
    else:
        yield head + _HEADS[step.what]
        shown = _most_telling(step)
        for part in shown:
            yield from _lines(part, depth + 1)
        if len(shown) < len(step.parts):
            yield f"     {'  ' * (depth + 1)}and {len(step.parts) - len(shown)} more like these"


def _most_telling(step: Step) -> Sequence[Step]:
    """Of a long list of which nothing holds, the beginning; of one where something does, what holds, with the beginning."""
    if step.what is not What.ANY or len(step.parts) <= MAX_ALIKE:
        return step.parts
    holding = [part for part in step.parts if part.holds]
    return (holding or step.parts)[:MAX_ALIKE]


def _shown(value: Any) -> str:
    if value is None:
        return "no such field"
    text = orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    return text if len(text) <= MAX_ACTUAL else f"{text[:MAX_ACTUAL]}… ({len(text):,} characters)"


def as_body(explanation: Explanation) -> dict[str, Any]:
    """The same as an object."""
    return {
        "rule.id": explanation.rule_id,
        "rule.name": explanation.title,
        "path": explanation.path,
        "matches": explanation.matches,
        "asked": explanation.asked,
        "about": explanation.about,
        "event": explanation.of,
        "condition": _body(explanation.condition),
    }


def _body(step: Step) -> dict[str, Any]:
    body: dict[str, Any] = {"what": str(step.what), "holds": step.holds}
    if step.text:
        body["name" if step.what is What.SELECTION else "expected"] = step.text
    if step.what is What.FIELD:
        body |= {"fields": list(step.fields), "actual": step.actual}
    if step.parts:
        body["parts"] = [_body(part) for part in step.parts]
    return body
