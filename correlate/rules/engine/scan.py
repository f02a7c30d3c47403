"""Which of many byte strings stand where in a text: Hyperscan's literal matcher, or a search for each where it is not installed."""

from collections.abc import Callable, Sequence
from typing import Protocol

from correlate.rules.engine.ports import Shelf
from schemas.ids import digest

try:
    import hyperscan

    HYPERSCAN = True
except ImportError:  # no wheel for this machine
    HYPERSCAN = False

Hit = tuple[int, int]
"""Which literal, by its place in the sequence, and where it ends (exclusive)."""

Make = Callable[[Sequence[bytes]], "Scanner"]


class Scanner(Protocol):
    """Finds literals."""

    def scan(self, text: bytes) -> list[Hit]:
        """Every end of every literal in the text, overlapping ones too."""


class FindScanner:
    """Looks for each literal by itself: slow with many, right everywhere."""

    def __init__(self, literals: Sequence[bytes]) -> None:
        self._literals = tuple(literals)

    def scan(self, text: bytes) -> list[Hit]:
        """See ``Scanner``."""
        found = []
        for number, literal in enumerate(self._literals):
            place = text.find(literal)
            while place >= 0:
                found.append((number, place + len(literal)))
                place = text.find(literal, place + 1)
        return found


class HyperscanScanner:
    """Looks for all literals in one pass.

    The compiled form is kept on the shelf; a form of another version or processor, or a damaged one, is refused by the library
    itself (it carries both and a checksum) and made again.
    """

    def __init__(self, literals: Sequence[bytes], shelf: Shelf) -> None:
        name = f"hyperscan-{digest(*literals)}"
        kept = _loaded(shelf.get(name))
        self._database = kept or _compiled(literals)
        if kept is None:
            shelf.put(name, hyperscan.dumpb(self._database))

    def scan(self, text: bytes) -> list[Hit]:
        """See ``Scanner``."""
        found: list[Hit] = []
        add = found.append

        def on(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            add((number, end))

        self._database.scan(text, on)
        return found


def scanners(shelf: Shelf) -> Make:
    """What makes a scanner on this machine."""
    if not HYPERSCAN:
        return FindScanner
    return lambda literals: HyperscanScanner(literals, shelf)


def _compiled(literals: Sequence[bytes]) -> "hyperscan.Database":
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    numbers = list(range(len(literals)))
    database.compile(expressions=list(literals), ids=numbers, elements=len(numbers), flags=0, literal=True)
    return database


def _loaded(content: bytes | None) -> "hyperscan.Database | None":
    if content is None:
        return None
    try:
        database = hyperscan.loadb(content, hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)
    except hyperscan.HyperscanError:
        return None
    return database
