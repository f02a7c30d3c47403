"""The rules that a correlation refers to, by name or by id, and where each of them reads a field or an alias."""

from collections.abc import Callable, Mapping

from sigma.correlations import SigmaCorrelationRule, SigmaExtendedCorrelationCondition

from correlate.counting.definition import Counting
from correlate.rules.check import Unsupported
from correlate.rules.reading import Names
from correlate.rules.rule import Rule

MAX_RULES = 50
"""Rules of one correlation."""
SITE = ("organization.id",)
"""The site of an event; a correlation's detection has one too."""
Mapped = Callable[[str, Rule], Names]
"""The names that a field reads in events that a rule is about."""


class Counted:
    """The rules that a correlation refers to, and where each reads a field."""

    def __init__(
        self, written: SigmaCorrelationRule, rules: Mapping[str, Rule], countings: Mapping[str, Counting], mapped: Mapped
    ) -> None:
        self._rules = rules
        self._countings = countings
        self._mapped = mapped
        condition = written.condition
        if written.rules is not None:
            names = [reference.reference for reference in written.rules]
        else:
            names = condition.get_referenced_rules() if isinstance(condition, SigmaExtendedCorrelationCondition) else []
        if len(names) > MAX_RULES:
            raise Unsupported(f"it refers to {len(names)} rules, more than the {MAX_RULES} that are counted together")
        if not names:
            raise Unsupported("it refers to no rule")
        self._found = [self._referenced(name) for name in names]
        self.ids = tuple(found.id for found in self._found)
        self._aliases = {
            alias.alias: {self._referenced(reference.reference).id: str(field) for reference, field in alias.mapping.items()}
            for alias in written.aliases
        }

    def place(self, name: str) -> int:
        """The first place of a rule, by name or id."""
        return self.ids.index(self._referenced(name).id)

    @property
    def waits(self) -> str:
        """The correlation among them that is told only when its own window has closed; empty when there is none."""
        return next((found.name or found.id for found in self._found if isinstance(found, Counting) and found.closes), "")

    def where(self, field: str) -> dict[str, Names]:
        """For each rule, where a field or alias is read."""
        return {found.id: self._read(field, found) for found in self._found}

    def _read(self, field: str, found: Rule | Counting) -> Names:
        name = field
        if field in self._aliases:
            if found.id not in self._aliases[field]:
                raise Unsupported(f"the alias {field!r} says nothing of the rule {found.name or found.id!r}")
            name = self._aliases[field][found.id]
        if isinstance(found, Rule):
            return self._mapped(name, found)
        if name not in (*found.group_by, *SITE):
            raise Unsupported(f"the field {name!r} is no group-by field of the correlation {found.name or found.id!r}")
        return (name,)

    def _referenced(self, name: object) -> Rule | Counting:
        text = str(name)
        for known in (self._rules, self._countings):
            if found := known.get(text) or known.get(text.lower()):
                return found
        raise Unsupported(
            f"refers to the rule {text!r}, which is unknown, refused, or a correlation that counts it or counts sites"
        )
