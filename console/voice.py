"""What a page says to one reader: facts as phrases, in the reader's language, with times in the region's zone."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from console import display, sentences
from console.lens import Sheet
from console.ports import Mail
from console.standing import State
from console.words import Words
from schemas.detection import Entity, Level
from schemas.incident import Link, Reason, code_of
from schemas.notice import Notice
from schemas.site import Finess, Site

PRIORITY = {Level.CRITICAL: "P1", Level.HIGH: "P2", Level.MEDIUM: "P3", Level.LOW: "P4", Level.INFORMATIONAL: "P4"}
"""As the mails name it."""
NAMED = 3
"""Of a list inside a sentence; the rest is counted."""
PLAIN = frozenset({Reason.SAME_HOSTS, Reason.SAME_SITES})
"""Reasons for a link that names neither a value nor a rule."""
DIGESTS = ("hash", "imphash", "ja3")
TELLING = ("supplier", "domain", "email", "url", "ip", *DIGESTS)
"""Kinds of values, by how much they tell a person."""
SHORT = 12
"""Characters of a digest in the queue."""
BRIEF = 80
"""Characters of a value in the queue: no attacker's word may push the next incident off the screen."""


class Voice:
    """Phrases for one request."""

    def __init__(self, words: Words, zone: ZoneInfo, now: datetime, sites: Mapping[Finess, Site]) -> None:
        self.words, self.zone, self.now = words, zone, now
        self.sites = sites
        self.t, self.n, self.known = words.t, words.n, words.known

    def when(self, instant: datetime, *, seconds: bool = False) -> Markup:
        """The instant in the region's zone."""
        return display.moment(instant, self.zone, self.words.months(), self.now, seconds=seconds)

    def then(self, instant: datetime, beside: datetime) -> Markup:
        """The instant, without its day when it is that of the instant it stands beside."""
        if instant.astimezone(self.zone).date() == beside.astimezone(self.zone).date():
            return display.clock(instant, self.zone)
        return self.when(instant)

    def ago(self, instant: datetime) -> Markup:
        """How long ago, with the instant for machines and on hovering."""
        unit, count = display.rounded(max(self.now - instant, timedelta()))
        text = self.n(f"ago.{unit}", count)
        exact = display.shown(self.when(instant).striptags())
        return Markup('<time datetime="{}" title="{}">{}</time>').format(display.machine(instant), exact, text)

    def lasting(self, span: timedelta) -> Markup:
        """How long."""
        unit, count = display.rounded(span)
        return self.n(f"span.{unit}", count)

    def code(self, incident: str) -> str:
        """``INC-9d7911e8``, as the mails name it."""
        return code_of(incident)

    def site(self, finess: Finess | None) -> Markup:
        """An establishment's name, or the region."""
        if finess is None:
            return self.t("region")
        return display.isolated(self.sites[finess].name if finess in self.sites else finess)

    def places(self, sites: Sequence[Finess], limit: int = NAMED) -> Markup:
        """``CHU de Valmont, CH de Brèves et 2 autres``."""
        named = [self.site(site) for site in sites[: limit if len(sites) > limit + 1 else limit + 1]]
        rest = len(sites) - len(named)
        return self.words.joined([*named, self.n("list.others", rest)] if rest else named)

    def entity(self, entity: Entity, limit: int = display.MAX_VALUE) -> Markup:
        """``l'adresse IP 203.0.113.66``."""
        key = f"entity.the.{entity.kind}"
        return self.t(key if key in self.words else "entity.the.other", value=display.isolated(entity.value, limit))

    def link(self, link: Link, sheet: Sheet) -> Markup:
        """What ties sites together, as a sentence."""
        number = self.words.number(len(link.sites))
        everywhere = set(link.sites) == set(sheet.sites)
        where = self.t("link.all", n=number) if everywhere else self.t("link.some", n=number, sites=self.places(link.sites))
        if link.entity:
            values = self.words.joined([self.entity(one) for one in (link.entity, *link.also)])
            return self.t("link.corroborated" if link.also else "link.shared_entity", value=values, where=where)
        if link.rule_id:
            names = {rule.id: rule.name for rule in sheet.rules}
            return self.t("link.sites_within", rule=names.get(link.rule_id, link.rule_id), where=where)
        key = f"link.{link.reason}"
        return self.t(key if link.reason in PLAIN else "link.other", where=where)

    def tie(self, sheet: Sheet) -> Markup:
        """The most telling link in a few words, and how many others there are."""
        if not sheet.links:
            return Markup()
        first = min(sheet.links, key=_telling)
        rest = len(sheet.links) - 1
        if first.entity:
            values = [self.entity(one, SHORT if one.kind in DIGESTS else BRIEF) for one in (first.entity, *first.also[:1])]
            text = self.t("tie.value", value=self.words.joined(values))
        else:
            text = self.t("tie.sites_within" if first.rule_id else "tie.same_hosts" if first.reason in PLAIN else "tie.other")
        return Markup("{} {}").format(text, self.n("tie.more", rest)) if rest else text

    def stages(self, stages: Sequence[str]) -> Markup:
        """``accès initial → impact``: the first and the last."""
        ends = dict.fromkeys([*stages[:1], *stages[-1:]])
        return Markup(" → ").join(self.known("stage", stage) for stage in ends) if ends else self.t("stage.unknown")

    def summary(self, sheet: Sheet, stages: Sequence[str]) -> Markup:
        """What happened, in one sentence."""
        view = sheet.view
        if view.others is None or view.since is None or view.until is None or not view.rules:
            return self.t("summary.some")
        span = view.until - view.since
        facts = {"span": self.lasting(span), "rule": view.rules[0], "stages": self.stages(stages)}
        return self.n("summary.all" if stages else "summary.no_stage", view.others, **facts)

    def state(self, state: State) -> Markup:
        """Who has taken it, or since when nobody has."""
        if state.taken:
            return self.t("state.taken", by=display.isolated(state.taken.by, BRIEF))
        if state.since:
            return self.t("state.told", span=self.lasting(max(self.now - state.since, timedelta())))
        return self.t(f"state.{state.word}")

    def told(self, state: State, limit: int = 8) -> Markup:
        """Who was told, by name and place."""
        named = [self.person(one.contact.name, one.site) for one in state.told[:limit]]
        rest = len(state.told) - len(named)
        return self.words.joined([*named, self.n("list.more_people", rest)] if rest else named)

    def person(self, name: str, site: Finess | None) -> Markup:
        """``Astreinte informatique (CHU de Valmont)``."""
        return self.t("person", name=display.isolated(name, BRIEF), site=self.site(site))

    def recipients(self, mails: Sequence[Mail], limit: int) -> Markup:
        """To whom these mails went."""
        people = list(dict.fromkeys((mail.notice.contact.name, mail.notice.reader_site) for mail in mails))
        named = [self.person(name, site) for name, site in people[:limit]]
        rest = len(people) - len(named)
        return self.words.joined([*named, self.n("list.more_people", rest)] if rest else named)

    def role(self, notice: Notice) -> Markup:
        """In which role somebody was told."""
        return self.known("role", notice.contact.role)

    def said(self, text: str) -> Markup:
        """A sentence of the correlator."""
        return sentences.said(text, self.words, {finess: site.name for finess, site in self.sites.items()})


def _telling(link: Link) -> int:
    """The lower, the more it tells; links come strongest first, and stay so among equals."""
    if link.entity is None:
        return len(TELLING) + 1
    return TELLING.index(link.entity.kind) if link.entity.kind in TELLING else len(TELLING)
