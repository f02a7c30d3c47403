"""Whether an incident explains itself, checked on what a replay writes: every claim of *why* against detections and memberships."""

from collections.abc import Iterable, Mapping
from typing import Any

from correlate.why import CUT

LEVELS = ("informational", "low", "medium", "high", "critical")
LEVEL_SCORE = dict(zip(LEVELS, (5, 15, 35, 60, 80), strict=True))
SPREAD = 3
LISTED = 500

Body = Mapping[str, Any]


def assert_complete(
    incident: Body,
    detections: Iterable[Body],
    memberships: Iterable[Body],
    domain_of: Mapping[str, str] | None = None,
) -> None:
    """Fail unless *why* is complete and agrees with the rest.

    Args:
        incident: A line of ``incidents.ndjson``: the final state of one.
        detections: Lines of ``detections.ndjson``; those of other incidents do no harm.
        memberships: Lines of ``memberships.ndjson``, likewise; an incident has its own and those of its aliases.
        domain_of: The trust domain of each site, when sites share one.
    """
    found = {body["id"]: body for body in detections}
    ids = {incident["id"], *incident["aliases"]}
    joined = [body for body in memberships if body["incident_id"] in ids]
    unknown = sorted({body["detection_id"] for body in joined} - found.keys())
    assert not unknown, f"members that are no detections: {unknown}"
    members = {body["detection_id"]: found[body["detection_id"]] for body in joined}
    domains = {site: (domain_of or {}).get(site, site) for site in incident["sites"]}
    _assert_members(incident, joined, members)
    _assert_examples(incident, found)
    _assert_links(incident, found, joined, members)
    _assert_rules(incident, members)
    _assert_rating(incident, members, domains)
    _assert_only_link(incident, domains)
    assert incident["why"]["baseline"], "the baseline is not stated"
    assert all(incident["why"]["missing"]), "a missing datum has no name"


def _assert_members(incident: Body, joined: list[Body], members: Mapping[str, Body]) -> None:
    assert len(joined) == len(members) == incident["detections"], "each detection is a member once, and all are counted"
    assert len(set(incident["detection_ids"])) == len(incident["detection_ids"]), "a member is listed twice"
    assert set(incident["detection_ids"]) <= members.keys(), "a listed detection is no member"
    assert len(incident["detection_ids"]) == min(LISTED, len(members)) or _is_cut(incident), "a member is not listed"
    assert all(body["state"] == "on" for body in members.values()), "a shadow detection is a member"
    for body in joined:
        member = members[body["detection_id"]]
        assert (body["site"], body["time"]) == (member["site"], member["@timestamp"]), "a membership differs from its detection"
        assert all(_speaks_of(member, entity) for entity in body["entities"]), "a member is tied by a value it does not have"
    times = sorted(body["@timestamp"] for body in members.values())
    assert (incident["first_seen"], incident["last_seen"]) == (times[0], times[-1])


def _assert_examples(incident: Body, found: Mapping[str, Body]) -> None:
    examples = incident["why"]["examples"]
    assert [example["site"] for example in examples] == incident["sites"], "one example a site, in their order"
    for example in examples:
        shown = found[example["detection_id"]]
        assert (shown["site"], shown["@timestamp"]) == (example["site"], example["time"])
        assert shown["event_ids"] == example["event_ids"] != [], "the exact events"


def _assert_links(incident: Body, found: Mapping[str, Body], joined: list[Body], members: Mapping[str, Body]) -> None:
    links = incident["why"]["links"]
    assert {site for link in links for site in link["sites"]} == set(incident["sites"]), "every site is tied by a link"
    for link in links:
        seen_at = _SEEN_AT[link["reason"]](link, found, members)
        assert set(link["sites"]) <= seen_at, f"{link} names sites where nothing says so"
        assert len(link["sites"]) == len(set(link["sites"])) > 0
    if not _is_cut(incident):
        spoken = {_text(entity) for body in joined for entity in body["entities"]}
        linking = {_text(entity) for link in links if link["entity"] for entity in (link["entity"], *link["also"])}
        assert spoken == linking, "a value ties members and is no link"


def _of_value(link: Body, _: Mapping[str, Body], members: Mapping[str, Body]) -> set[str]:
    return {body["site"] for body in members.values() if all(_speaks_of(body, item) for item in (link["entity"], *link["also"]))}


def _speaks_of(detection: Body, entity: Body) -> bool:
    """A supplier is a user that the site declared."""
    if entity["kind"] == "supplier":
        return any(item["kind"] == "user" and item["value"].lower() == entity["value"] for item in detection["entities"])
    return entity in detection["entities"]


def _of_rule(link: Body, _: Mapping[str, Body], members: Mapping[str, Body]) -> set[str]:
    return {site for body in members.values() if body["rule.id"] == link["rule_id"] for site in body["sites"]}


def _of_members(_: Body, found: Mapping[str, Body], members: Mapping[str, Body]) -> set[str]:
    """Where a member is, or a match that a member counts."""
    return {site for body in members.values() for site in (body["site"], *body["sites"])}


def _of_hosts(_: Body, found: Mapping[str, Body], members: Mapping[str, Body]) -> set[str]:
    """Where a member, or a match that a member counts, speaks of a host."""
    counted = {event for body in members.values() for event in body["event_ids"]}
    related = (body for body in found.values() if body["id"] in members or counted & set(body["event_ids"]))
    return {body["site"] for body in related if any(entity["kind"] == "host" for entity in body["entities"])}


_SEEN_AT = {
    "shared_entity": _of_value,
    "sites_within": _of_rule,
    "same_hosts": _of_hosts,
    "corroborated": _of_value,
    "same_sites": _of_members,
}


def _assert_rules(incident: Body, members: Mapping[str, Body]) -> None:
    counts: dict[str, int] = {}
    for body in members.values():
        counts[body["rule.id"]] = counts.get(body["rule.id"], 0) + 1
    listed = {rule["id"]: rule["count"] for rule in incident["why"]["rules"]}
    assert listed == counts or (_is_cut(incident) and listed.items() <= counts.items()), "rules count up to the members"


def _assert_rating(incident: Body, members: Mapping[str, Body], domains: Mapping[str, str]) -> None:
    spread = sorted(set(domains.values()))
    assert incident["trust_domains"] == spread
    assert {body["site"] for body in members.values()} <= set(incident["sites"]), "a member's site is not named"
    worst = max(LEVELS.index(body["level"]) for body in members.values())
    raised = min(worst + 1, len(LEVELS) - 1) if len(spread) >= SPREAD else worst
    assert incident["severity"] == LEVELS[raised]
    techniques = {name for body in members.values() for name in body["techniques"]}
    assert set(incident["techniques"]) == techniques or _is_cut(incident)
    expected = LEVEL_SCORE[incident["severity"]] + 5 * (len(spread) - 1) + min(len(incident["techniques"]), 5)
    assert incident["score"] == min(100, expected)


def _assert_only_link(incident: Body, domains: Mapping[str, str]) -> None:
    links, single = incident["why"]["links"], incident["why"]["only_link"]
    assert single is None or single in links, "the only link is none of the links"
    holding = [link for link in links if link["weight"] >= 1]
    splitting = [link for link in holding if not _whole([other for other in holding if other is not link], domains)]
    assert _whole(holding, domains), "the links do not hold the trust domains together"
    assert (single is None) == (not splitting), f"only_link is {single}, and these would split it: {splitting}"
    assert single is None or single in splitting, "without its only link the incident would still hold together"


def _whole(links: list[Body], domains: Mapping[str, str]) -> bool:
    """Whether walking from one trust domain along the links reaches all."""
    everywhere = set(domains.values())
    reached = {min(everywhere)}
    while True:
        ties = [{domains[site] for site in link["sites"]} for link in links]
        further = reached.union(*(tied for tied in ties if tied & reached))
        if further == reached:
            return reached == everywhere
        reached = further


def _is_cut(incident: Body) -> bool:
    return CUT in incident["why"]["missing"]


def _text(entity: Body) -> str:
    return f"{entity['kind']}:{entity['value']}"
