"""A condition tree becomes one predicate: closures made once, cheap checks first."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from correlate.rules.check import Check, Predicate
from correlate.rules.reading import Names, Reading
from correlate.rules.strings import Shape, shape_of, texts_check
from correlate.rules.tree import Anywhere, Either, Every, On, Tree, Without, tree_of
from correlate.rules.values import field_check, keyword_check


class Evaluation:
    """The exact predicate of one rule, made when it is first asked: most rules of a large book never are."""

    __slots__ = ("_holds", "tree")

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._holds: Predicate | None = None

    def __call__(self, reading: Reading) -> bool:
        """Whether the condition holds for the event."""
        holds = self._holds
        if holds is None:
            holds = self._holds = check_of(self.tree).holds
        return holds(reading)

    def __reduce__(self) -> tuple[type["Evaluation"], tuple[Tree]]:
        return Evaluation, (self.tree,)


def compiled(conditions: Iterable[object]) -> Evaluation:
    """One predicate for the conditions of one rule, as pySigma parsed them: a list of them is an OR.

    Raises:
        Unsupported: something in a tree is not evaluated, or selects nothing.
    """
    tree = tree_of(conditions)
    check_of(tree)
    return Evaluation(tree)


def check_of(node: Tree) -> Check:
    """The check of a tree, or of a part of one.

    Raises:
        Unsupported: a value in it is not evaluated.
    """
    match node:
        case On(names, value):
            return field_check(names, value)
        case Anywhere(value):
            return keyword_check(value)
        case Every(parts):
            return _both([check_of(part) for part in parts])
        case Either(parts):
            return _any_of(parts)
        case Without(part):
            return _negated(check_of(part))


def _any_of(parts: Sequence[Tree]) -> Check:
    """Values of one field are merged by shape, so that a list of a hundred suffixes is one check."""
    alike: defaultdict[tuple[Names, Shape], list[str]] = defaultdict(list)
    checks = []
    for part in parts:
        found = shape_of(part.value) if isinstance(part, On) else None
        if isinstance(part, On) and found and (found[1] or found[0] is Shape.EQUALS):
            alike[part.names, found[0]].append(found[1])
        else:
            checks.append(check_of(part))
    checks += [texts_check(names, shape, literals) for (names, shape), literals in alike.items()]
    return _either(checks)


def _both(checks: Sequence[Check]) -> Check:
    if len(checks) == 1:
        return checks[0]
    cost, predicates = _ordered(checks)

    def holds(reading: Reading) -> bool:
        for predicate in predicates:  # noqa: SIM110 - a loop: all() over a generator takes twice the time here
            if not predicate(reading):
                return False
        return True

    return Check(cost, holds)


def _either(checks: Sequence[Check]) -> Check:
    if len(checks) == 1:
        return checks[0]
    cost, predicates = _ordered(checks)

    def holds(reading: Reading) -> bool:
        for predicate in predicates:  # noqa: SIM110 - a loop: any() over a generator takes twice the time here
            if predicate(reading):
                return True
        return False

    return Check(cost, holds)


def _negated(check: Check) -> Check:
    holds = check.holds
    return Check(check.cost, lambda reading: not holds(reading))


def _ordered(checks: Sequence[Check]) -> tuple[int, tuple[Predicate, ...]]:
    cheap_first = sorted(checks, key=lambda check: check.cost)
    return sum(check.cost for check in checks), tuple(check.holds for check in cheap_first)
