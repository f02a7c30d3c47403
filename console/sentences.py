"""What the correlator says in English sentences, in the reader's language. A sentence that is not known here is shown as it is."""

import re

from markupsafe import Markup

from console.display import isolated
from console.words import Words

_KNOWN = tuple(
    (re.compile(pattern, re.DOTALL), key)
    for pattern, key in (
        (r"no logs received from site (?P<site>\w+)", "sentence.no_logs"),
        (r"a value was seen more often than is remembered: .*", "sentence.forgotten"),
        (r"detections came faster than they could be put in order: .*", "sentence.hurried"),
        (r"more values, rules or entities belong to this incident than it lists", "sentence.cut"),
        (r"none: no day before this one is known, so rarity was not weighed", "sentence.no_baseline"),
        (r"(?P<first>\d{4}-\d\d-\d\d) to (?P<last>\d{4}-\d\d-\d\d): (?P<rules>.+)", "sentence.baseline"),
        (r"(?P<rule>'.+'|\".+\") was usual at (?P<count>\d+) of (?P<all>\d+) sites", "sentence.usual"),
    )
)
_RULES = re.compile(r"(?<=sites); ")


def said(text: str, words: Words, sites: dict[str, str]) -> Markup:
    """The sentence in the catalogue's language; ``sites`` are names by FINESS number."""
    for pattern, key in _KNOWN:
        if found := pattern.fullmatch(text):
            facts: dict[str, object] = dict(found.groupdict())
            if "site" in facts:
                facts["site"] = sites.get(str(facts["site"]), facts["site"])
            if "rules" in facts:
                facts["rules"] = Markup(" ; ").join(said(part, words, sites) for part in _RULES.split(str(facts["rules"])))
            return words.t(key, **facts)
    return Markup('<span lang="en">{}</span>').format(isolated(text))
