"""What of a detection may tie it to another site: one strong value, or two independent ones that only corroborate.

A supplier's account is strong where the establishment has declared it: the same account acting badly at two of a supplier's customers is
one matter, wherever it logs in from. A tool's fingerprint and a common account name mean nothing alone: half of the hospitals have
``jmartin``, and every administrator has the same remote tool.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from itertools import product
from typing import NamedTuple

from correlate.guards import Guards
from correlate.sightings import REACH
from schemas.detection import Detection, Entity
from schemas.incident import Reason

NEAR = timedelta(days=1)
"""Accounts and tools come and go: they tie what happens within a day."""
SUPPLIER = "supplier"
FINGERPRINTS = frozenset({"imphash", "ja3"})
ACCOUNT = "user"
EVERYBODYS = frozenset(
    {
        "admin", "administrateur", "administrator", "anonymous", "anonymous logon", "guest", "invité", "krbtgt", "local service", "nobody",
        "network service", "postgres", "root", "service local", "service réseau", "système", "system", "user", "www-data",
    }
)  # fmt: skip
"""Accounts that every system has; the same name at two sites is no trace of anybody."""


class Value(NamedTuple):
    """What is looked for at other sites: one entity, or two that were seen together."""

    entity: Entity
    also: tuple[Entity, ...] = ()
    reach: timedelta = REACH

    @property
    def key(self) -> str:
        """The name of its record."""
        return "value/" + "+".join(entity.key for entity in self.entities)

    @property
    def entities(self) -> tuple[Entity, ...]:
        """All of them."""
        return (self.entity, *self.also)

    @property
    def reason(self) -> Reason:
        """Why a detection that shares it belongs."""
        return Reason.CORROBORATED if self.also else Reason.SHARED_ENTITY


def values_of(detection: Detection, guards: Guards, suppliers: Mapping[str, Collection[str]]) -> Iterator[Value]:
    """The values by which this detection may link; ``suppliers`` are the declared accounts of each site, in lower case."""
    for entity in detection.entities:
        if guards.may_link(entity):
            yield Value(entity)
        elif entity.kind == ACCOUNT and entity.value.lower() in suppliers.get(detection.site, ()):
            yield Value(Entity(kind=SUPPLIER, value=entity.value.lower()), reach=NEAR)
    tools = [entity for entity in detection.entities if entity.kind in FINGERPRINTS]
    accounts = [entity for entity in detection.entities if entity.kind == ACCOUNT and entity.value.lower() not in EVERYBODYS]
    for tool, account in product(tools, accounts):
        yield Value(tool, (account,), NEAR)
