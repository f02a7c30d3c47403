"""correlate.rules.engine: rules and events that nobody thought of."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.correlate.engine_cases import check_same, rules_of

LETTERS = "abAB*?\\ \n.ißSé1\0"
FIELDS = ("f", "g")

texts = st.text(LETTERS, max_size=6)
literals = st.text("abAB iSé1", min_size=1, max_size=3)
scalars = st.one_of(texts, st.integers(0, 2), st.floats(0, 2), st.booleans(), st.none())
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("k"), inner), max_leaves=4)
events = st.lists(st.dictionaries(st.sampled_from(FIELDS), values, max_size=2), min_size=1, max_size=8)

written = st.one_of(
    st.tuples(
        st.sampled_from(("", "|contains", "|startswith", "|endswith")), st.one_of(texts, st.lists(texts, min_size=1, max_size=3))
    ),
    st.tuples(st.sampled_from(("|contains|all", "|contains|cased", "|windash")), st.lists(literals, min_size=2, max_size=3)),
    st.tuples(
        st.just(""), st.one_of(st.none(), st.integers(0, 2), st.lists(st.one_of(texts, st.none()), min_size=1, max_size=3))
    ),
    st.tuples(
        st.sampled_from(("|re", "|re|i")),
        st.sampled_from(("a+b", "^a", "b$", "[aA]b|S", "(?:a|b)1", ".*", "a{2}", "(?!a)b", "iS")),
    ),
    st.tuples(st.just("|exists"), st.booleans()),
    st.tuples(st.sampled_from(("|gt", "|lte")), st.integers(0, 2)),
    st.tuples(st.just("|fieldref"), st.sampled_from(FIELDS)),
)
maps = st.dictionaries(st.sampled_from(FIELDS), written, min_size=1, max_size=2).map(
    lambda found: {field + modifier: value for field, (modifier, value) in found.items()}
)
selections = st.one_of(maps, maps, st.lists(maps, min_size=2, max_size=3), st.lists(literals, min_size=1, max_size=2))
conditions = st.sampled_from(("a", "a and b", "a or b", "a and not b", "not a", "not (a and b)", "1 of them", "all of them"))


@st.composite
def detections(draw: st.DrawFn) -> dict[str, Any]:
    """A detection section of two selections."""
    return {"a": draw(selections), "b": draw(selections), "condition": draw(conditions)}


@settings(max_examples=300, deadline=None)
@given(st.lists(detections(), min_size=1, max_size=4), events)
def test_engine_and_scan_agree(sections: list[dict[str, Any]], batch: list[dict[str, Any]]) -> None:
    """Generated rules over generated batches: the same matches in the same order."""
    check_same(rules_of(*sections), batch)
