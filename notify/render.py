"""Writes the mail of one decision for one reader: Planned → Notice. The words are in ``templates/``, what they speak of in ``facts``.

Two walls against hostile values: every text among the facts is clean (``facts``), and HTML escapes whatever stands between its tags
(jinja's autoescape).
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from notify.facts import facts
from notify.ladder import Planned
from notify.region import Region
from notify.text import NBSP, clean, french, wrap
from schemas.notice import Notice, notice_id

MAX_SPOKEN = 4
"""Techniques that are said in plain words, the gravest first."""


class Letter(NamedTuple):
    """One mail as it is read; ``text`` and ``html`` say the same."""

    subject: str
    text: str
    html: str


def plan_notice(planned: Planned, region: Region) -> Notice:
    """The decision as a notice, its text rendered once and frozen.

    The HTML is frozen with the text: a retry, days later and by another version, must be the same mail under the same Message-ID,
    and what the region knows may have changed since. It takes some kilobytes until the receipt is there.

    The Message-ID is a function of the notice's id, so that every retry bears the same one; ``references`` is the root of the
    incident's thread, which no mail bears.
    """
    incident, contact = planned.ladder.incident, planned.contact
    policy = planned.ladder.policy.name
    name = notice_id(incident.id, policy, planned.step, planned.cause, planned.channel, contact.email)
    letter = render(planned, region)
    return Notice(
        incident_id=incident.id,
        incident_version=incident.version,
        policy=policy,
        step=planned.step,
        cause=planned.cause,
        channel=planned.channel,
        contact=contact,
        reader_site=planned.reader_site,
        due=planned.due,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        message_id=f"<{name}@{region.domain}>",
        references=(f"<{incident.id}@{region.domain}>",),
    )


def render(planned: Planned, region: Region) -> Letter:
    """The mail for one contact, in the contact's language and the reader's zone."""
    known = facts(planned, region)
    subject = _TEXT.get_template("subject.txt.j2").render(known)
    text = _TEXT.get_template("mail.txt.j2").render(known)
    html = _HTML.get_template("mail.html.j2").render(known)
    number = str(known["number"])
    return Letter(
        subject=clean(subject),
        text=wrap(text).replace(number, number.replace(NBSP, " ")),  # some telephones find a number only between plain spaces
        html=french("\n".join(_lines(html))) + "\n",
    )


def _lines(text: str) -> list[str]:
    """The lines that are not empty; those of Markup stay Markup."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _spoken(meanings: Mapping[str, str], techniques: Iterable[str]) -> list[str]:
    """What these techniques mean, in the order of the table."""
    known = {name for technique in techniques for name in (technique.upper(), technique.upper().partition(".")[0])}
    return [f"{words} ({name})" for name, words in meanings.items() if name in known][:MAX_SPOKEN]


def _clock(moment: datetime) -> str:
    """Hour, minute and zone; a zone without a name is one by its offset."""
    zone = moment.strftime("%Z")
    return f"{moment:%H:%M} {zone if zone.isalpha() else f'UTC{zone}'}"


def _utc_clock(moment: datetime, day: str) -> str:
    """The same in UTC, with the day (a format) when it is another one there."""
    utc = moment.astimezone(UTC)
    return f"{utc.strftime(day) if utc.date() != moment.date() else ''}{utc:%H:%M} UTC"


def _environment(*, html: bool) -> Environment:
    environment = Environment(
        loader=PackageLoader("notify"),
        undefined=StrictUndefined,
        autoescape=html,  # noqa: S701 - off for plain text alone, whose every value is clean
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(lines=_lines, spoken=_spoken, clock=_clock, utc_clock=_utc_clock)
    return environment


_TEXT = _environment(html=False)
_HTML = _environment(html=True)
