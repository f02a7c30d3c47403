"""Which rules concern an event: a rule is kept away only when both state a dimension of the log source and differ.

Product, service and category are those of the Sigma taxonomy. What an event does not say is unknown, and unknown means evaluate.
"""

from collections.abc import Hashable, Iterable
from functools import lru_cache
from typing import NamedTuple

from sigma.rule.logsource import SigmaLogSource

from correlate.rules.logsources import (
    ECS_CATEGORIES,
    LINUX_MODULES,
    MODULE_CATEGORIES,
    MODULE_PRODUCTS,
    SERVICE_BY_PROVIDER,
    SERVICES_BY_CHANNEL,
    UNTOLD,
    WEB_MODULES,
    WINDOWS_CATEGORIES,
    WINDOWS_SERVICES,
)
from correlate.rules.rule import Rule
from schemas.event import Event

Known = frozenset[str] | None
"""The values of one dimension that an event can be said to have; None when it is unknown."""

NOTHING: frozenset[str] = frozenset()
WINDOWS = frozenset({"windows"})
ABSENT = ("absent",)
"""Told apart from a channel that is null: whoever has the field at all is Windows."""


class Source(NamedTuple):
    """The log source of an event."""

    products: Known
    services: Known
    categories: Known


def source_of(event: Event) -> Source:
    """What the event says of its log source."""
    module = _lower(event.get("event.module"))
    products = _products(event, module)
    if products == WINDOWS:
        return _windows_source(event)
    categories = MODULE_CATEGORIES[module] if module in MODULE_CATEGORIES else _ecs_categories(event)
    return Source(products, _services(event, module), categories)


def source_key(event: Event) -> Hashable:
    """What ``source_of`` reads, in a form that costs little to compare: events of equal keys have equal sources.

    It is no key when a field holds what no parser writes there, an object or an array in an array.
    """
    channel = event.get("winlog.channel", ABSENT)
    code = str(event.get("event.code", ""))
    if channel and type(channel) is str:
        return channel, code
    category = event.get("event.category")
    return (
        str(channel),
        code,
        event.get("event.module"),
        tuple(category) if isinstance(category, list) else category,
        event.get("host.os.type"),
        event.get("process.name"),
        event.get("event.dataset"),
        event.get("winlog.provider_name"),
    )


def concerns(logsource: SigmaLogSource, source: Source) -> bool:
    """Whether a rule of this log source is evaluated on events of that source."""
    service = logsource.service
    if service and logsource.product == "windows" and service.lower() not in WINDOWS_SERVICES:
        service = None  # nobody knows its channels, so no channel speaks against it
    return (
        _agree(logsource.product, source.products)
        and _agree(service, source.services)
        and _agree(logsource.category, source.categories)
    )


class Router:
    """The rules that concern an event, remembered for each log source seen."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        self._select = lru_cache(maxsize=1024)(self._concerned)

    def rules_for(self, event: Event) -> tuple[Rule, ...]:
        """In the order given."""
        return self._select(source_of(event))

    def _concerned(self, source: Source) -> tuple[Rule, ...]:
        return tuple(rule for rule in self._rules if concerns(rule.logsource, source))


def _agree(stated: str | None, known: Known) -> bool:
    return stated is None or known is None or stated.lower() in known


def _products(event: Event, module: str) -> Known:
    if "winlog.channel" in event:
        return WINDOWS
    if module in MODULE_PRODUCTS:
        return MODULE_PRODUCTS[module]
    system = _lower(event.get("host.os.type"))
    told = {name for name in (module, system) if name not in UNTOLD}
    return frozenset(told) or None


def _windows_source(event: Event) -> Source:
    channel = _lower(event.get("winlog.channel"))
    services = SERVICES_BY_CHANNEL.get(channel)
    if not channel:
        services = SERVICE_BY_PROVIDER.get(_lower(event.get("winlog.provider_name")))
    if services is None:
        return Source(WINDOWS, NOTHING if channel else None, None if channel else _ecs_categories(event))
    code = str(event.get("event.code", ""))
    categories = (WINDOWS_CATEGORIES.get((service, code), NOTHING) for service in services)
    return Source(WINDOWS, services, NOTHING.union(*categories))


def _services(event: Event, module: str) -> Known:
    if module in LINUX_MODULES:
        program = _lower(event.get("process.name"))
        return LINUX_MODULES[module] | ({program} if program else NOTHING)
    if module in WEB_MODULES:
        return frozenset({module})
    if module.startswith("zeek"):
        return frozenset({_lower(event.get("event.dataset")).rpartition(".")[2]})
    return None


def _ecs_categories(event: Event) -> Known:
    stated = event.get("event.category")
    if not stated:
        return None
    names = stated if isinstance(stated, list) else [stated]
    return NOTHING.union(*(ECS_CATEGORIES.get(name, NOTHING) for name in names if isinstance(name, str)))


def _lower(value: object) -> str:
    return value.lower() if isinstance(value, str) else ""
