"""What the demonstration prints: each incident when it is there, one mail as it arrived, and the account at the end."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from schemas.incident import code_of
from tocsin.demonstration.score import Match, Score

Body = Mapping[str, Any]
Names = Mapping[str, str]
MAX_LINKS = 4


def opened(incident: Body, names: Names, seconds: float) -> Iterator[str]:
    """A cross-site incident, when it is first seen; ``seconds`` since the demonstration began."""
    yield f"CROSS-SITE INCIDENT {code_of(incident['id'])} after {seconds:.0f} s"
    yield f"  severity {incident['severity']}, region's time {incident['opened'][:16].replace('T', ' ')} UTC"
    yield f"  sites    {', '.join(names[site] for site in incident['sites'])}"
    for link in incident["why"]["links"][:MAX_LINKS]:
        yield f"  linked   {_what(link)}"
    yield f"  because  {'; '.join(rule['name'] for rule in incident['why']['rules'][:MAX_LINKS])}"


def mail(message: EmailMessage) -> Iterator[str]:
    """A mail as it arrived: its headers that matter, and its text."""
    for header in ("From", "To", "Subject", "Message-ID"):
        yield f"{header}: {message[header]}"
    body = message.get_body(("plain",))
    yield ""
    yield (body or message).get_content().rstrip()


def account(score: Score, names: Names) -> Iterator[str]:
    """A line for each campaign: what the simulator staged, and what was made of it."""
    for match in score.matches:
        worst = match.incidents[0]["severity"] if match.incidents else ""
        joined = _spoken(match.time_to_join)
        yield f"  {match.campaign.name:<22} {_verdict(match):<16} {worst:<9} joined {joined:<12} {_sites(match, names)}"
    for incident in score.extra:
        yield f"  {'(no campaign)':<22} {'false':<16} {', '.join(names[site] for site in incident['sites'])}"


def totals(lines: int, stored: Mapping[str, Sequence[Body]], mails: int) -> str:
    """One line of figures."""
    on = sum(body["state"] == "on" for body in stored["detection"])
    living = sum(len(body["trust_domains"]) > 1 and not body["merged_into"] for body in stored["incident"])
    return (
        f"{lines} events, {on} detections ({len(stored['detection']) - on} in shadow), {len(stored['lead'])} leads, "
        f"{living} cross-site incidents, {mails} mails, {len(stored['dead'])} dead letters"
    )


def _verdict(match: Match) -> str:
    if match.sites_right:
        return "found, all sites"
    return "found, in part" if match.found else "NOT FOUND"


def _sites(match: Match, names: Names) -> str:
    return ", ".join(names[site] for site in match.campaign.sites)


def _spoken(time: timedelta | None) -> str:
    if time is None:
        return "never"
    minutes, seconds = divmod(round(time.total_seconds()), 60)
    return f"in {minutes} min {seconds:02} s"


def _what(link: Body) -> str:
    if link["entity"]:
        return " with ".join(f"{entity['kind']} {entity['value']}" for entity in (link["entity"], *link["also"]))
    return {
        "sites_within": "the same act at several hospitals within hours",
        "same_hosts": "the same machines",
        "same_sites": "the same hospitals in the same hours",
    }[link["reason"]]
