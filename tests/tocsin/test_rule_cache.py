"""tocsin.wiring.rule_cache and its shelf: what was parsed once is read back the same, or parsed again."""

import os
import pickle
from pathlib import Path

import msgpack
import pytest

from correlate.rules.engine.ports import NoShelf
from correlate.rules.load import RuleBook, load
from correlate.rules.reading import Reading
from tests.correlate.test_rules_corpus import rule_files
from tocsin.adapters import shelf
from tocsin.adapters.shelf import FolderShelf
from tocsin.wiring import rule_cache
from tocsin.wiring.rule_cache import book_of

RULE = "title: T\nid: {0}\nlogsource: {{product: demo}}\ndetection: {{s: {{f|contains: [abc, '{1}']}}, condition: s}}\n"
TEXTS = [("a.yml", RULE.format("00000000-0000-4000-8000-000000000001", "x*y")), ("b.yml", "title: no rule")]


def told(book: RuleBook) -> list[object]:
    """What a book says of its rules and refusals, and what its rules match."""
    events = [{"f": "ABCD"}, {"f": "x-y"}, {"f": "z"}, {}]
    rules = [(rule.id, rule.logsource, rule.level, [rule.predicate(Reading(event)) for event in events]) for rule in book.rules]
    return [rules, book.sites_within, book.refusals]


@pytest.fixture
def kept(tmp_path: Path) -> FolderShelf:
    """A shelf of the test's own."""
    return FolderShelf(tmp_path / "cache")


def one_file(folder: Path) -> Path:
    """The only file of a shelf."""
    (path,) = (folder / "cache").iterdir()
    return path


def test_a_kept_book_is_the_book(kept: FolderShelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time nothing is parsed, and rules, refusals and matches are the same."""
    first = book_of(TEXTS, {}, kept)
    monkeypatch.setattr(rule_cache, "load", None)

    assert told(book_of(TEXTS, {}, kept)) == told(first) == told(load(TEXTS))


def test_another_content_is_another_book(kept: FolderShelf) -> None:
    """One changed character in one file, or a file of another name: what was kept is not taken."""
    book_of(TEXTS, {}, kept)
    changed = [(TEXTS[0][0], TEXTS[0][1].replace("abc", "abd")), TEXTS[1]]
    renamed = [("c.yml", TEXTS[0][1]), TEXTS[1]]

    assert told(book_of(changed, {}, kept)) == told(load(changed)) != told(load(TEXTS))
    assert book_of(renamed, {}, kept).rules[0].path == "c.yml"


def test_another_value_of_a_placeholder_is_another_book(kept: FolderShelf) -> None:
    """The same files mean something else then."""
    texts = [
        ("p.yml", RULE.format("00000000-0000-4000-8000-000000000002", "").replace("f|contains: [abc, '']", "f|expand: '%who%'"))
    ]
    for who in ("abcd", "z"):
        placeholders = {"who": (who,)}
        assert told(book_of(texts, placeholders, kept)) == told(load(texts, placeholders))


def test_correlations_are_kept(kept: FolderShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever they count, over sites and inside trust domains, the second start parses none of them."""
    counted = "type: {0}\n  rules: [00000000-0000-4000-8000-000000000001]\n  timespan: 1h\n  condition: {{gte: 2{1}}}"
    kinds = [("event_count", ""), ("value_percentile", ", field: n, percentile: 90"), ("value_count", ", field: organization.id")]
    texts = [
        *TEXTS,
        *((f"{kind}.yml", f"title: {kind}\ncorrelation:\n  {counted.format(kind, more)}\n") for kind, more in kinds),
    ]
    first = book_of(texts, {}, kept)
    monkeypatch.setattr(rule_cache, "load", None)

    assert book_of(texts, {}, kept).correlations == first.correlations
    assert len(first.correlations) == len(kinds)


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-9], lambda _: b"", lambda content: content[:50] + b"!" + content[51:]]
)
def test_a_damaged_file_is_made_again(kept: FolderShelf, tmp_path: Path, damage: object) -> None:
    """Cut, emptied or changed: the book is parsed, and the file is whole again."""
    book_of(TEXTS, {}, kept)
    path = one_file(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))  # type: ignore[operator]

    assert told(book_of(TEXTS, {}, kept)) == told(load(TEXTS))
    assert len(path.read_bytes()) == len(whole)


class Runs:
    """Runs a command when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch hostile",)


def test_what_is_kept_runs_nothing(kept: FolderShelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that names a function, put there with a right digest, is refused and made again."""
    monkeypatch.chdir(tmp_path)
    book_of(TEXTS, {}, kept)
    kept.put(one_file(tmp_path).name, msgpack.packb([pickle.dumps(Runs())]))

    assert told(book_of(TEXTS, {}, kept)) == told(load(TEXTS))
    assert not (tmp_path / "hostile").exists()


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o755])
def test_a_folder_that_others_reach_is_not_used(tmp_path: Path, mode: int) -> None:
    """Whoever may write there could choose what we unpickle: nothing is read and nothing written."""
    folder = tmp_path / "open"
    FolderShelf(folder).put("name", b"content")
    folder.chmod(mode)

    assert FolderShelf(folder).get("name") is None
    FolderShelf(folder).put("other", b"content")
    assert [path.name for path in folder.iterdir()] == ["name"]


def test_a_link_is_not_used(tmp_path: Path) -> None:
    """A symbolic link leads where somebody else decides."""
    (tmp_path / "there").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "there")

    FolderShelf(tmp_path / "link").put("name", b"content")

    assert list((tmp_path / "there").iterdir()) == []


def test_the_oldest_files_go(kept: FolderShelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is bounded."""
    monkeypatch.setattr(shelf, "MAX_FILES", 3)
    for number in range(5):
        kept.put(str(number), b"content")
        os.utime(tmp_path / "cache" / str(number), (number, number))

    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == ["2", "3", "4"]
    assert kept.get("4") == b"content"


def test_without_a_shelf_rules_load(tmp_path: Path) -> None:
    """A place where nothing can be kept only costs time."""
    (tmp_path / "file").write_text("no folder")

    assert told(book_of(TEXTS, {}, NoShelf())) == told(book_of(TEXTS, {}, FolderShelf(tmp_path / "file"))) == told(load(TEXTS))


def test_every_rule_of_the_corpus_is_kept(corpus: Path, kept: FolderShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever kinds of values SigmaHQ's rules hold, the second start parses none of them."""
    texts = rule_files(corpus, "rules-emerging-threats") + rule_files(corpus, "rules-threat-hunting")
    first = book_of(texts, {}, kept)
    monkeypatch.setattr(rule_cache, "load", None)

    again = book_of(texts, {}, kept)

    assert [rule.id for rule in again.rules] == [rule.id for rule in first.rules]
    assert [rule.predicate.tree for rule in again.rules] == [rule.predicate.tree for rule in first.rules]  # type: ignore[attr-defined]
