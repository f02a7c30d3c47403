"""The catalogues: one text in every language, and every text that a page asks for."""

import re
from pathlib import Path

import pytest
from markupsafe import Markup

import console
from console.words import LANGUAGES, Words, chosen, words_in
from correlate import baseline, why
from schemas.detection import Level, Phase
from schemas.incident import Reason
from schemas.notice import Cause, Status
from tests.builders import VIENNE

HERE = Path(console.__file__).parent
FRENCH, ENGLISH = words_in("fr"), words_in("en")


def names_in(text: str) -> set[str]:
    """The ``{names}`` of a text."""
    return set(re.findall(r"{(\w*)}", text))


def test_every_language_has_every_text() -> None:
    """A text that one catalogue has, all have, with the same names in braces."""
    assert LANGUAGES == ("fr", "en")
    assert FRENCH.keys == ENGLISH.keys
    assert len(FRENCH.keys) > 200
    differing = {key for key in FRENCH.keys if names_in(FRENCH._texts[key]) != names_in(ENGLISH._texts[key])}
    assert differing <= {key for key in differing if key.endswith((".one", ".other"))}


def test_every_text_that_is_asked_for_is_there() -> None:
    """Each ``t("…")`` and ``n("…")`` of a template or of the code names a text."""
    texts = [
        path.read_text("utf-8")
        for folder, ending in ((HERE / "templates", "html"), (HERE, "py"))
        for path in folder.glob(f"*.{ending}")
    ]
    asked = {key for text in texts for key in re.findall(r"\bt\(\s*\"([\w.-]+)\"\s*[,)]", text)}
    counted = {key for text in texts for key in re.findall(r"\bn\(\s*\"([\w.-]+)\"\s*,", text)}
    assert len(asked) > 80
    assert asked - FRENCH.keys == set()
    assert {f"{key}.{form}" for key in counted for form in ("one", "other")} - FRENCH.keys == set()


@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        ("severity", list(Level)),
        ("cause", list(Cause)),
        ("mail", list(Status)),
        ("state", ["taken", "told", "way", "failed", "nobody"]),
        ("health", ["well", "partial", "silent", "unknown"]),
        ("link", list(Reason)),
        ("entity.the", ["ip", "domain", "url", "hash", "email", "supplier", "imphash", "ja3", "host", "user", "other"]),
        ("error", ["400", "404", "405", "500", "503"]),
    ],
)
def test_every_word_of_the_nouns_has_a_text(prefix: str, words: list[str]) -> None:
    """What the pipeline can say has a word on the pages."""
    assert {f"{prefix}.{word}" for word in words} - FRENCH.keys == set()
    assert list(Phase) == ["attempt", "success"]


def test_every_sentence_of_the_correlator_is_known() -> None:
    """What it says in English is said in French: no reader meets a sentence of the inside."""
    from console.sentences import said

    told = "2026-01-17 to 2026-01-30: 'Any rule' was usual at 1 of 5 sites; \"Other's\" was usual at 0 of 5 sites"
    for text in (*why.SIGNS, baseline.NONE, f"no logs received from site {VIENNE}", told):
        french = said(text, FRENCH, {VIENNE: "CH de Vienne"})
        assert 'lang="en"' not in french, text
        assert " usual " not in french


def test_a_value_is_escaped_and_kept_apart() -> None:
    """Whatever it holds, a value cannot become markup nor ask for another value."""
    words = Words("en", {"hello": "<Hello> {name}", "count": {"one": "{n} thing", "other": "{n} things"}})
    assert words.t("hello", name="<b>{name}{0.__class__}") == "&lt;Hello&gt; <bdi>&lt;b&gt;{name}{0.__class__}</bdi>"
    assert words.t("hello", name=Markup("<b>x</b>")) == "&lt;Hello&gt; <b>x</b>"
    assert words.known("none", "<i>") == "<bdi>&lt;i&gt;</bdi>"
    with pytest.raises(KeyError):
        words.t("goodbye")


@pytest.mark.parametrize(
    ("count", "french", "english"),
    [(0, "0 autre", "0 others"), (1, "1 autre", "1 other"), (1234, "1\u202f234 autres", "1,234 others")],
)
def test_numbers_agree(count: int, french: str, english: str) -> None:
    """French counts zero as one, English does not; thousands are separated as each language does."""
    assert FRENCH.n("list.others", count) == french
    assert ENGLISH.n("list.others", count) == english


def test_a_list_reads_as_a_sentence() -> None:
    """Nothing, one, two, three."""
    parts = [Markup(text) for text in "abc"]
    assert [FRENCH.joined(parts[:number]) for number in range(4)] == ["", "a", "a et b", "a, b et c"]


@pytest.mark.parametrize(
    ("asked", "kept", "accepted", "expected"),
    [
        ("en", "fr", "fr", "en"),
        (None, "en", "fr", "en"),
        (None, None, "en-GB,en;q=0.9,fr;q=0.8", "en"),
        (None, None, "de;q=1, fr;q=0.5, en;q=0.7", "en"),
        (None, None, "fr;q=0, en", "en"),
        (None, None, "de", "fr"),
        (None, None, "", "fr"),
        (None, None, None, "fr"),
        ("xx", "yy", ";;;q=,en;q=nan,;q=1e999," * 50, "fr"),
    ],
)
def test_the_language_is_chosen(asked: str | None, kept: str | None, accepted: str | None, expected: str) -> None:
    """Asked for, kept, the browser's best, or the default; nonsense counts for nothing."""
    assert chosen(asked, kept, accepted, "fr") == expected
