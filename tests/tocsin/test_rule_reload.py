"""Rules that change: what is in force, what is kept, what is told."""

from datetime import timedelta

import pytest

from correlate.rules.load import load
from correlate.stage import Correlator
from schemas.output import Document, Emit
from schemas.tick import Tick
from tests.builders import BOURGOIN, NIGHT, VIENNE, sites
from tests.tocsin.reloading import BROKEN, CORRELATION, begun, found_in, ids, raw, rule
from tocsin.analysis import Analysis
from tocsin.rule_succession import first, succeed, told
from tocsin.wiring.rules import Rules, detector


def test_a_file_that_goes_bad_keeps_its_last_good_version() -> None:
    """The others change, it does not; it is refused by name and reason until it is good again."""
    before = begun(a=rule("a"), b=rule("b"))
    broken = succeed(before, {"a": BROKEN, "b": rule("b", "y")}, {}, load)
    assert (broken.texts["a"], broken.texts["b"]) == (rule("a"), rule("b", "y"))
    assert len(broken.book.rules) == 2
    assert "changed b; refused a (its last good version stays in force): not valid YAML" in told(before, broken)
    again = succeed(broken, {"a": BROKEN, "b": rule("b", "y")}, {}, load)
    assert (ids(again), told(broken, again)) == (ids(broken), "")
    healed = succeed(again, {"a": rule("a", "z"), "b": rule("b", "y")}, {}, load)
    assert (healed.texts["a"], dict(healed.refused), told(again, healed)) == (rule("a", "z"), {}, "changed a")


def test_a_new_file_that_is_bad_is_refused_and_nothing_else() -> None:
    """There is no good version of it to keep."""
    before = begun(a=rule("a"))
    after = succeed(before, {"a": rule("a"), "b": BROKEN}, {}, load)
    assert ids(after) == ids(before)
    assert "new b; refused b (not in force): not valid YAML" in told(before, after)


def test_a_file_that_cannot_be_read_any_more_stays_in_force() -> None:
    """Rights that were lost are no decision to drop a rule; a file that is gone is."""
    before = begun(a=rule("a"), b=rule("b"))
    after = succeed(before, {}, {"a": "cannot read it: Permission denied"}, load)
    assert len(after.book.rules) == 1
    assert after.book.refusals == ()
    assert told(before, after) == "gone b; refused a (its last good version stays in force): cannot read it: Permission denied"


def test_a_file_that_could_never_be_read_is_refused() -> None:
    """It is among the refusals, as a bad rule is."""
    (refusal,) = first({"a": rule("a")}, {"b": "cannot read it: Permission denied"}, load).book.refusals
    assert (refusal.path, refusal.reason) == ("b", "cannot read it: Permission denied")


def test_a_correlation_whose_rule_goes_is_refused_with_it() -> None:
    """Its text is as good as before; what it counts is gone."""
    before = begun(a=rule("a"), c=CORRELATION.format(timespan="1h"))
    after = succeed(before, {"c": CORRELATION.format(timespan="1h")}, {}, load)
    assert (len(before.book.sites_within), len(after.book.sites_within)) == (1, 0)
    assert "gone a; refused c (not in force): refers to the rule 'a'" in told(before, after)


def test_the_next_batch_is_evaluated_with_the_new_rules() -> None:
    """One reference is swapped between two batches."""
    (site,) = sites(VIENNE)
    analysis = Analysis({VIENNE: site}, detector(Rules(begun(a=rule("a", "x")).book)))
    assert [bool(found_in(analysis, raw(VIENNE, value, 0))) for value in ("x", "y")] == [True, False]
    analysis.use(detector(Rules(begun(a=rule("a", "y")).book)))
    assert [bool(found_in(analysis, raw(VIENNE, value, 0))) for value in ("x", "y")] == [False, True]


@pytest.mark.parametrize(
    ("after", "fires"),
    [
        pytest.param({"a": rule("a"), "c": CORRELATION.format(timespan="1h"), "b": rule("b")}, True, id="another rule is new"),
        pytest.param(
            {"a": rule("a"), "c": CORRELATION.format(timespan="1h").replace("At some", "At two")},
            True,
            id="only its title changes",
        ),
        pytest.param({"a": rule("a"), "c": CORRELATION.format(timespan="2h")}, False, id="it changes"),
    ],
)
def test_what_an_unchanged_correlation_has_counted_is_kept(after: dict[str, str], fires: object) -> None:
    """The first site is counted before the reload, the second after it; a changed correlation starts anew."""
    members = sites(VIENNE, BOURGOIN)
    books = [begun(a=rule("a"), c=CORRELATION.format(timespan="1h")).book, first(after, {}, load).book]
    correlator = Correlator(members, books[0].sites_within, hold=timedelta(0))
    analysis = Analysis({site.finess: site for site in members}, detector(Rules(books[0])))
    memory: dict[str, bytes] = {}
    raised = []
    for book, site in zip(books, (VIENNE, BOURGOIN), strict=True):
        analysis.use(detector(Rules(book)))
        correlator.use(book.sites_within)
        onward = [output.noun for output in analysis.step({}, raw(site, "x", 1)) if isinstance(output, Emit)]
        for message in (Tick(now=NIGHT), *onward):
            raised += [out for out in correlator.step(memory, message) if isinstance(out, Document) and out.kind == "incident"]
    assert bool(raised) is fires


COUNTING = """
title: twice
id: 99999999-9999-4999-8999-999999999999
status: test
level: high
correlation:
    type: event_count
    rules: [{rule}]
    timespan: {timespan}
    condition: {{gte: 2}}
"""


@pytest.mark.parametrize(("timespan", "fires"), [("1h", True), ("2h", False)])
def test_what_an_unchanged_count_inside_a_site_has_counted_is_kept(timespan: str, *, fires: bool) -> None:
    """One match before the reload and one after it are two; a changed correlation starts anew."""
    members = sites(VIENNE)
    written = [COUNTING.format(rule="a", timespan=text) for text in ("1h", timespan)]
    books = [begun(a=rule("a"), c=text).book for text in written]
    correlator = Correlator(members, hold=timedelta(0), countings=books[0].countings)
    analysis = Analysis({VIENNE: members[0]}, detector(Rules(books[0])))
    memory: dict[str, bytes] = {}
    raised = []
    for position, book in enumerate(books):
        analysis.use(detector(Rules(book)))
        correlator.use(book.sites_within, book.countings)
        onward = [output.noun for output in analysis.step({}, raw(VIENNE, "x", position)) if isinstance(output, Emit)]
        for message in (Tick(now=NIGHT), *onward):
            raised += [out for out in correlator.step(memory, message) if isinstance(out, Document) and out.kind == "detection"]
    assert bool(raised) is fires
