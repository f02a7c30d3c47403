"""Which campaigns take place, when, and where: a function of the seed; each keeps its course whether the others take place or not."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from random import Random

from tocsin.simulation.addresses import hostile
from tocsin.simulation.campaigns import (
    compte_fournisseur,
    hameconnage_chargeur,
    nuit_de_tous,
    portail_exploite,
    rancongiciel_vpn,
)
from tocsin.simulation.campaigns.campaign import Campaign, Setting
from tocsin.simulation.clock import DAY
from tocsin.simulation.places import Place

CAMPAIGNS = (rancongiciel_vpn.NAME, compte_fournisseur.NAME, hameconnage_chargeur.NAME, portail_exploite.NAME)
"""What may be chosen, and the default."""
EACH = 10
"""Addresses for each campaign."""

_ALONE: dict[str, Callable[[Setting], Campaign]] = {
    rancongiciel_vpn.NAME: rancongiciel_vpn.campaign,
    compte_fournisseur.NAME: compte_fournisseur.campaign,
    nuit_de_tous.NAME: nuit_de_tous.campaign,
}
_ALL = (*CAMPAIGNS, nuit_de_tous.NAME)
_NEEDS = ("web_access", "linux_auth", portail_exploite.SEEN_BY)


def campaigns(seed: int, places: tuple[Place, ...], start: datetime, days: int, names: Iterable[str]) -> Iterator[Campaign]:
    """Those that are named, in the order of ``CAMPAIGNS``; on a day of the second half.

    Raises:
        ValueError: too few establishments for one of them.
    """
    day = start + _rng(seed, "day").randrange(days // 2, days) * DAY
    pool = hostile(_rng(seed, "addresses"), EACH * len(_ALL))
    wanted = set(names)
    for number, name in enumerate(_ALL):
        setting = Setting(_rng(seed, name), places, day, pool[EACH * number : EACH * (number + 1)], seed)
        if name not in wanted:
            continue
        if name in _ALONE:
            yield _ALONE[name](setting)
        else:
            yield _at_once(seed, name, setting)


def _at_once(seed: int, name: str, setting: Setting) -> Campaign:
    """The loader and the portal: unrelated, at the same hours, and in half of the runs one establishment is hit by both."""
    both = _rng(seed, "at once")
    shared = both.choice([place for place in setting.places if set(_NEEDS) <= set(place.sources)] or [None])
    first = shared if both.random() < 0.5 else None  # noqa: PLR2004 - half of the runs
    begin = Setting(both, setting.places, setting.start, (), seed).hour(*portail_exploite.HOURS, portail_exploite.ROOM)
    build = hameconnage_chargeur.campaign if name == hameconnage_chargeur.NAME else portail_exploite.campaign
    return build(setting, first, begin)


def _rng(seed: int, name: str) -> Random:
    return Random(f"{seed}/campaign/{name}")  # noqa: S311 - must be repeatable, nothing here is secret
