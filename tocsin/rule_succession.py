"""What is in force after rule files have changed: the new ones, and of a file that went bad its last good version."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from correlate.rules.load import RuleBook
from correlate.rules.rule import Refusal

Load = Callable[[Iterable[tuple[str, str]]], RuleBook]
MAX_NAMED = 5
"""Files that one line of the log names."""


class Force(NamedTuple):
    """The rules in force, and what came of each file."""

    book: RuleBook
    """Its refusals are what is not in force in any version."""
    texts: Mapping[str, str]
    """By path, as loaded: of a bad file, its last good version."""
    good: frozenset[str]
    """Paths of which nothing was refused."""
    refused: Mapping[str, str]
    """Path → why what the file says now is not, or not all, in force."""
    kept: frozenset[str] = frozenset()
    """Of the refused, those whose last good version is in force."""


def first(texts: Mapping[str, str], unreadable: Mapping[str, str], load: Load) -> Force:
    """What is in force when nothing was before."""
    return succeed(Force(load(()), {}, frozenset(), {}), texts, unreadable, load)


def succeed(before: Force, texts: Mapping[str, str], unreadable: Mapping[str, str], load: Load) -> Force:
    """What follows.

    Args:
        before: What was in force.
        texts: The files as they are now.
        unreadable: Path → why, of the files that are there and cannot be read.
        load: Makes a book of files.
    """
    good = {path: before.texts[path] for path in before.good}
    refused = dict(unreadable)
    kept = {path for path in unreadable if path in good}
    wanted = {**texts, **{path: good[path] for path in kept}}
    while True:
        ordered = dict(sorted(wanted.items()))
        book = load(ordered.items())
        now = {refusal.path: refusal.reason for refusal in reversed(book.refusals)}
        stale = {path for path in now if good.get(path, wanted[path]) != wanted[path]}
        refused |= now
        if not stale:
            lost = tuple(Refusal(path, "", "", reason) for path, reason in sorted(unreadable.items()) if path not in kept)
            whole = replace(book, refusals=(*book.refusals, *lost))
            return Force(whole, ordered, frozenset(ordered) - now.keys(), refused, frozenset(kept))
        kept |= stale
        wanted |= {path: good[path] for path in stale}


def told(before: Force, after: Force) -> str:
    """What changed, in one line; empty when nothing did."""
    added, gone = after.texts.keys() - before.texts.keys(), before.texts.keys() - after.texts.keys()
    changed = {path for path in after.texts.keys() & before.texts.keys() if after.texts[path] != before.texts[path]}
    news = [f"{word} {_named(paths)}" for word, paths in (("new", added), ("changed", changed), ("gone", gone)) if paths]
    fresh = {path: reason for path, reason in after.refused.items() if before.refused.get(path) != reason}
    news += [_refusal(path, reason, after) for path, reason in sorted(fresh.items())[:MAX_NAMED]]
    if len(fresh) > MAX_NAMED:
        news.append(f"{len(fresh) - MAX_NAMED} more refused")
    if healed := before.refused.keys() - after.refused.keys() - gone - changed:
        news.append(f"good again {_named(healed)}")
    return "; ".join(news)


def _refusal(path: str, reason: str, after: Force) -> str:
    what = "its last good version stays in force" if path in after.kept else "not in force"
    return f"refused {path} ({what}): {' '.join(reason.split())}"


def _named(paths: Iterable[str]) -> str:
    ordered = sorted(paths)
    more = f" and {len(ordered) - MAX_NAMED} more" if len(ordered) > MAX_NAMED else ""
    return ", ".join(ordered[:MAX_NAMED]) + more
