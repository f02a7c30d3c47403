"""Detection: a reason to look, and the entities it speaks of."""

from enum import StrEnum

from pydantic import Field

from schemas.ids import digest
from schemas.noun import Instant, Noun
from schemas.site import Finess


class Kind(StrEnum):
    """What raised the detection."""

    SIGMA = "sigma"
    CORRELATION = "sigma_correlation"
    ALERT = "alert"
    INDICATOR = "indicator"


class Level(StrEnum):
    """The Sigma levels, lowest first (Sigma rules specification 2.1, *level*)."""

    INFORMATIONAL = "informational"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for informational to 4 for critical."""
        return list(Level).index(self)


class Phase(StrEnum):
    """How far what was detected has come: a try that may have failed, or something that worked and what follows it."""

    ATTEMPT = "attempt"
    SUCCESS = "success"


class State(StrEnum):
    """Shadow detections are reported and counted, and never enter an incident."""

    ON = "on"
    SHADOW = "shadow"


class Entity(Noun):
    """A thing that a detection speaks of.

    ``kind`` is ``ip``, ``domain``, ``url``, ``hash``, ``email``, ``supplier``, ``imphash``, ``ja3``, ``host`` or ``user``.
    """

    kind: str
    value: str

    @property
    def key(self) -> str:
        """``kind:value``, the form used in state keys and in *why*."""
        return f"{self.kind}:{self.value}"


class Group(Noun):
    """Where a detection falls in one Sigma correlation: the values of its ``group-by`` fields and of the counted field."""

    correlation: str
    """Id of the correlation rule."""
    by: tuple[str, ...] = ()
    value: str


class Sighted(Noun):
    """An indicator that an event carries: what a feed says of a value, and how far that may be passed on.

    ``kind`` is ``ip``, ``network``, ``domain``, ``url``, ``hash`` or ``email``; ``value`` is what the feed lists, ``field`` the ECS field
    that holds it, or holds something inside it.
    """

    id: str
    """The id of the STIX indicator, or the UUID of the MISP attribute."""
    name: str
    kind: str
    value: str
    field: str
    source: str
    """The feed: the folder that it was read from."""
    tlp: str
    pap: str


class Detection(Noun):
    """One reason to look at one site.

    ``rule_id`` is written ``rule.id`` outside, ``time`` is ``@timestamp``: the time of the last event that made it true.
    """

    id: str
    kind: Kind
    rule_id: str = Field(validation_alias="rule.id", serialization_alias="rule.id")
    rule_name: str = Field(validation_alias="rule.name", serialization_alias="rule.name")
    level: Level
    time: Instant = Field(validation_alias="@timestamp", serialization_alias="@timestamp")
    site: Finess
    event_ids: tuple[str, ...]
    entities: tuple[Entity, ...] = ()
    state: State = State.ON
    techniques: tuple[str, ...] = ()
    """MITRE ATT&CK technique ids, such as ``T1021.002``."""
    tactics: tuple[str, ...] = ()
    """MITRE ATT&CK tactics by short name, such as ``lateral-movement``."""
    phase: Phase = Phase.SUCCESS
    sites: tuple[Finess, ...] = ()
    """For a correlation over sites: those it counted. Empty when the detection is about ``site`` alone."""
    groups: tuple[Group, ...] = ()
    """The correlations this detection counts for."""
    indicators: tuple[Sighted, ...] = ()
    """What feeds say of values of the event, the gravest first."""
    tlp: str = ""
    """The strictest TLP of those indicators; empty when there are none."""
    pap: str = ""
    """The strictest PAP of those indicators; empty when there are none."""
    counted: int = 0
    """For a correlation inside a trust domain: all matches that it rests on so far, also those that are not named."""
    signs: tuple[str, ...] = ()
    """What says that it could be more than it tells, a sentence each."""


def detection_id(rule_id: str, *evidence: str) -> str:
    """The id of what a rule found in these events."""
    return digest("detection", rule_id, *evidence)


class Found(Noun):
    """One detection and the position, in its source, of the record that raised it."""

    position: int
    detection: Detection


class DetectionBatch(Noun):
    """What one RawBatch gave, in the order of its records; empty batches travel too, they say how far the source has come.

    A batch whose ``end`` was already seen in the same ``epoch`` is a replay.
    """

    site: Finess
    source: str
    epoch: str
    end: int
    """The last position in the batch."""
    found: tuple[Found, ...] = ()
    reached: Instant | None = None
    """The latest event time in the batch, whether or not anything was found in it; None when it is not known."""
