"""What is remembered of one incident's escalation, and its form as bytes."""

import zstandard
from pydantic import ValidationError

from notify.policy import Policy, Rung, concerns
from schemas.errors import BadMessage
from schemas.incident import Incident, Link, Why
from schemas.noun import Instant, Noun
from schemas.site import Finess

MAX_STATE = 64 * 1024
"""Bytes of one ladder; a Kafka message and a changelog entry fail near 1 MB."""
MAX_INCIDENT = 40 * 1024
"""Bytes of the incident inside it; the rest is for who was told."""
MAX_VALUE = 512
"""Characters of one text that came from a log or a rule."""

CAPS = ((32, 300), (8, 200), (1, 50))
"""Links and rules, then examples, that are kept: the first pair that fits ``MAX_INCIDENT``."""


class Told(Noun):
    """The rungs at which the contacts of one establishment (None: of the region) were told, or found missing."""

    site: Finess | None
    rungs: tuple[int, ...]


class Ladder(Noun):
    """The escalation of one incident.

    ``policy`` is the one in force when it began: a change of policy is for later incidents. ``started`` is on the pipeline's clock,
    and None until the first Tick. ``told`` is in the order in which establishments joined.
    """

    incident: Incident
    abridged: bool = False
    """Whether the incident was cut to the parts that a mail needs and that fit."""
    policy: Policy
    started: Instant | None = None
    done: tuple[int, ...] = ()
    told: tuple[Told, ...] = ()
    acknowledged_by: str | None = None
    acknowledged_at: Instant | None = None

    @property
    def running(self) -> bool:
        """Whether it still concerns somebody: not merged into another, across sites, severe enough for a step."""
        return self.incident.merged_into is None and concerns(self.policy, self.incident)

    def reaches(self, rung: Rung) -> bool:
        """Whether the incident is severe enough for the rung."""
        return rung.step.min_severity.rank <= self.incident.severity.rank

    def rungs_told(self, site: Finess | None) -> tuple[int, ...]:
        """The rungs at which this establishment (None: the region) was told."""
        return next((told.rungs for told in self.told if told.site == site), ())

    def rank(self, site: Finess) -> int:
        """How many establishments joined before this one."""
        joined = [told.site for told in self.told if told.site is not None]
        return joined.index(site) if site in joined else len(joined)


def abridge(incident: Incident) -> tuple[Incident, bool]:
    """The parts of the incident that a mail needs, in at most ``MAX_INCIDENT`` bytes, and whether a link, a rule or a gap was cut."""
    for links, examples in CAPS:
        small = _cut(incident, links, examples)
        if len(_pack(small)) <= MAX_INCIDENT:
            break
    return small, _counts(small) != _counts(incident)


def dump(ladder: Ladder) -> bytes:
    """The ladder as zstd-compressed JSON.

    Raises:
        BadMessage: it does not fit ``MAX_STATE``; needs some thousands of establishments in one incident.
    """
    data = _pack(ladder)
    if len(data) > MAX_STATE:
        raise BadMessage(f"the ladder of incident {ladder.incident.id} takes {len(data)} bytes, more than {MAX_STATE}")
    return data


def load(data: bytes) -> Ladder:
    """The inverse of ``dump``.

    Raises:
        BadMessage: these bytes are no ladder.
    """
    try:
        return Ladder.model_validate_json(zstandard.ZstdDecompressor().decompress(data, max_output_size=64 * MAX_STATE))
    except (zstandard.ZstdError, ValidationError) as error:
        raise BadMessage(f"no ladder: {error}") from error


def _pack(noun: Noun) -> bytes:
    return zstandard.ZstdCompressor(level=3).compress(noun.model_dump_json(exclude_defaults=True).encode())


def _counts(incident: Incident) -> tuple[int, int, int]:
    why = incident.why
    return len([link for link in why.links if link.entity]), len(why.rules), len(why.missing)


def _cut(incident: Incident, links: int, examples: int) -> Incident:
    why = incident.why
    small = Why(
        rules=tuple(rule.model_copy(update={"name": rule.name[:MAX_VALUE]}) for rule in why.rules[:links]),
        links=_links(why.links)[:links],
        examples=tuple(example.model_copy(update={"event_ids": example.event_ids[:1]}) for example in why.examples[:examples]),
        baseline=why.baseline[:MAX_VALUE],
        missing=tuple(text[:MAX_VALUE] for text in why.missing[:links]),
    )
    shorter = {
        "detection_ids": (),
        "entities": (),
        "trust_domains": incident.trust_domains[:2],
        "techniques": incident.techniques[:links],
        "aliases": incident.aliases[:links],
        "why": small,
    }
    return incident.model_copy(update=shorter)


def _links(links: tuple[Link, ...]) -> tuple[Link, ...]:
    """The links without those whose value is too long to be an indicator; cutting it would make it another one."""
    fit = tuple(link for link in links if link.entity is None or len(link.entity.value) <= MAX_VALUE)
    return fit or (links[0].model_copy(update={"entity": None}),)
