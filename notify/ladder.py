"""The machine of one incident: it climbs the policy, rung by rung, until a person takes the incident.

Incidents and acts only change what is known; a Tick decides. So every decision is made at a known moment, and several versions of
an incident between two ticks give one mail. Acknowledging stops the climb, but an establishment that joins later is always told.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from notify.memory import Ladder, Told, abridge
from notify.policy import Policy, Recipient, Rung, concerns, recipients, unreached
from notify.region import Region
from schemas.act import Act, Deed
from schemas.incident import Incident
from schemas.notice import Cause
from schemas.site import Contact, Finess
from schemas.tick import Tick

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""What ``wake_at`` gives when the next Tick has something to decide."""

JOINING = 1000
"""Above every rung: the n-th establishment to join is told at step ``JOINING + n``, so that two joinings are two notices."""


ACKNOWLEDGED = ("acknowledged_by", "acknowledged_at")


class Planned(NamedTuple):
    """One contact is to be told, for one reason; ``ladder`` is the state after the decision."""

    ladder: Ladder
    step: int
    cause: Cause
    channel: str
    contact: Contact
    reader_site: Finess | None
    due: datetime
    unreached: tuple[Finess, ...] = ()
    """Establishments without a contact at this step; for the region's eyes only."""


def step(
    state: Ladder | None,
    message: Incident | Act | Tick,
    region: Region,
    policy: Policy,
    merged: Sequence[Ladder] = (),
) -> tuple[Ladder | None, tuple[Planned, ...]]:
    """Take one message.

    Args:
        state: What is remembered of this incident; None at first.
        message: A version of the incident, an act on it (or on one of its aliases), or the time.
        region: Whom the region knows.
        policy: Taken when the escalation begins; later changes do not touch it.
        merged: The ladders of the incident's aliases. Whom they told is not told again; if this incident never rang, it goes on
            where they are.

    Returns:
        The new state (None: nothing to remember) and the decisions, in order.
    """
    match message:
        case Incident():
            return _learn(state, message, policy, merged), ()
        case Act():
            return _heed(state, message), ()
        case Tick():
            return _climb(state, message.now, region)


def wake_at(state: Ladder) -> datetime | None:
    """When the next Tick has something to decide; None when only a message can change that."""
    if not state.running:
        return None
    if state.started is None or _joined(state):
        return AT_ONCE
    rung = next_rung(state)
    return state.started + rung.after if rung else None


def next_rung(state: Ladder) -> Rung | None:
    """The rung that comes next unless somebody acknowledges."""
    return next(_left(state), None)


def _left(state: Ladder) -> Iterator[Rung]:
    if state.acknowledged_at is None:
        yield from (rung for rung in state.policy.rungs() if rung.number not in state.done and state.reaches(rung))


def _learn(state: Ladder | None, incident: Incident, policy: Policy, merged: Sequence[Ladder]) -> Ladder | None:
    if state is None and (incident.merged_into or not concerns(policy, incident)):
        return None
    if state is None or incident.version > state.incident.version:
        small, cut = abridge(incident)
        before = state or Ladder(incident=small, policy=policy)
        state = before.model_copy(update={"incident": small, "abridged": cut})
    for ladder in merged:
        state = _inherit(state, ladder)
    return state


def _inherit(state: Ladder, alias: Ladder) -> Ladder:
    told = state.told
    for entry in alias.told:
        told = _add(told, (entry.site,), entry.rungs)
    taken = () if state.started or not alias.started else ("started", "done", *(() if state.acknowledged_at else ACKNOWLEDGED))
    return state.model_copy(update={"told": told, **{name: getattr(alias, name) for name in taken}})


def _heed(state: Ladder | None, act: Act) -> Ladder | None:
    if state is None or act.deed is not Deed.ACKNOWLEDGE or state.acknowledged_at is not None:
        return state
    return state.model_copy(update={"acknowledged_by": act.by, "acknowledged_at": act.at})


def _climb(state: Ladder | None, now: datetime, region: Region) -> tuple[Ladder | None, tuple[Planned, ...]]:
    if state is None or not state.running:
        return state, ()
    started = state.started or now
    due = [rung for rung in _left(state) if started + rung.after <= now]
    joined = () if any(rung.number == 0 for rung in due) else _joined(state)
    after = _marked(state, started, due, joined)
    plans: dict[str, Planned] = {}
    for plan in (*_join(state, after, joined, now, region), *_rungs(state, after, due, now, region)):
        plans.setdefault(plan.contact.email.casefold(), plan)
    return after, tuple(plans.values())


def _joined(state: Ladder) -> tuple[Finess, ...]:
    """Establishments that nobody has told yet, though the first step would."""
    first = next(state.policy.rungs())
    return tuple(site for site in state.incident.sites if state.reaches(first) and not state.rungs_told(site))


def _marked(state: Ladder, started: datetime, due: Sequence[Rung], joined: Sequence[Finess]) -> Ladder:
    """The state after the rungs that are due and the establishments that joined have been seen to."""
    numbers = tuple(rung.number for rung in due)
    everyone = (None, *state.incident.sites) if due else ()
    told = _add(_add(state.told, everyone, numbers), joined, (0,))
    return state.model_copy(update={"started": started, "done": (*state.done, *numbers), "told": told})


def _join(before: Ladder, after: Ladder, joined: Sequence[Finess], now: datetime, region: Region) -> Iterator[Planned]:
    first = before.policy.steps[0]
    for site in joined:
        reached = recipients(first, (site,), region)
        gaps = unreached(first, (site,), region)
        for contact, reader in [pair for pair in reached if pair[1]] or reached:
            yield Planned(after, JOINING + after.rank(site), Cause.NEW_SITE, first.channel, contact, reader, now, gaps)


def _rungs(before: Ladder, after: Ladder, due: Sequence[Rung], now: datetime, region: Region) -> Iterator[Planned]:
    for rung in due:
        cause = Cause.NOT_ACKNOWLEDGED if rung.number else Cause.NEW_INCIDENT
        gaps = unreached(rung.step, after.incident.sites, region)
        for contact, reader in _untold(before, rung, recipients(rung.step, after.incident.sites, region)):
            yield Planned(after, rung.number, cause, rung.step.channel, contact, reader, now, gaps)


def _untold(before: Ladder, rung: Rung, people: Sequence[Recipient]) -> Iterator[Recipient]:
    """Without those whom an incident that was merged into this one told at the same rung."""
    return (pair for pair in people if rung.number not in before.rungs_told(pair[1]))


def _add(told: tuple[Told, ...], sites: Sequence[Finess | None], rungs: Sequence[int]) -> tuple[Told, ...]:
    """``told`` with these rungs for each of these, old ones in their place and new ones at the end."""
    known = {entry.site: entry.rungs for entry in told}
    known |= {site: tuple(sorted({*known.get(site, ()), *rungs})) for site in sites}
    return tuple(Told(site=site, rungs=numbers) for site, numbers in known.items())
