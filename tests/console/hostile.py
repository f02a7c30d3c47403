"""A region whose every value an attacker wrote: markup, template syntax, controls, bidi marks, a field of a megabyte."""

from collections.abc import Iterator

from schemas.detection import Entity, Level
from schemas.incident import Example, Link, Reason, RuleCount, Why
from schemas.notice import Status
from schemas.output import Document
from tests.builders import BOURGOIN, VIENNE
from tests.console.records import acknowledgement, detection, found_in, incident, lead, mail, membership, stored

MARKUP = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"><style>body{display:none}</style>"
TEMPLATE = "{{ 7*191 }}{% raw %}${7*191}#{7*191}<%= 7*191 %>"
BREAKOUT = "\"'></title></textarea></pre></bdi></details><svg onload=document.title='owned'>"
CONTROLS = "nul\x00 esc\x1b[2J bell\x07 cr\rlf\n del\x7f c1\x9b"
BIDI = "invoice\u202efdp.exe \u2066x\u2069 \u200bzero \ufeffmark \u2028line"
BROKEN = "half \ufffe \ufdd0 \U000e0001tag"
HUGE = "A" * 1_000_000
LINK = "javascript:document.title='owned'"

EVIL = f"{MARKUP} {TEMPLATE} {BREAKOUT} {CONTROLS} {BIDI} {BROKEN} {LINK}"
FIELDS = ("host__name", "user__name", "process__command_line", "file__path", "url__full", "event__action", "dns__question__name")


def documents() -> Iterator[Document]:
    """Everything that the pages show, as hostile as the nouns allow."""
    entities = tuple(
        Entity(kind=kind, value=value) for kind, value in (("user", EVIL), (MARKUP, BREAKOUT), ("url", LINK), ("host", HUGE))
    )
    links = (
        Link(reason=Reason.SHARED_ENTITY, entity=entities[0], also=entities[1:3], weight=1, sites=(VIENNE, BOURGOIN)),
        Link(reason=Reason.SHARED_ENTITY, entity=entities[3], weight=0.5, sites=(VIENNE, BOURGOIN)),
        Link(reason=Reason.SITES_WITHIN, rule_id=BREAKOUT, weight=1, sites=(VIENNE, BOURGOIN)),
    )
    why = Why(
        rules=tuple(RuleCount(id=text[:200], name=text, level=Level.HIGH, count=1) for text in (EVIL, HUGE)),
        links=links,
        examples=(Example(site=VIENNE, detection_id="x", event_ids=("e",), time=incident().opened),),
        baseline=f"2026-01-01 to 2026-01-02: '{MARKUP}' was usual at 1 of 2 sites; '{BIDI}' was usual at 1 of 2 sites",
        missing=(EVIL, HUGE, f"no logs received from site {MARKUP}"),
        only_link=links[0],
    )
    one = incident(why=why, entities=entities, techniques=("T1078", MARKUP, BREAKOUT), tlp=f"TLP:{MARKUP}")
    yield stored(one)
    for text, value in (("evil", EVIL), ("huge", HUGE)):
        seen = detection(text, rule_name=value, rule_id=value, entities=entities, techniques=(), tactics=(BREAKOUT, "impact"))
        yield membership(one, seen)
        yield from found_in(seen, event__original=value, dataset=value, **dict.fromkeys(FIELDS, value))
    yield acknowledgement(one, by=EVIL, comment=HUGE)
    row = mail(one, status=Status.DEFERRED, detail=EVIL)
    contact = {**row.body["notice"]["contact"], "name": EVIL, "role": BREAKOUT}
    notice = {**row.body["notice"], "contact": contact, "subject": EVIL, "text": HUGE + EVIL, "html": MARKUP}
    yield row._replace(body={**row.body, "notice": notice})
    yield lead(entities=entities, rules=(EVIL, HUGE))
