"""What every ``Archive`` must do: over the SQLite file of the pipeline and over Elasticsearch."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from console.ports import Archive, Filter, Page, Source, Standing
from schemas.detection import Level
from schemas.errors import BadMessage
from schemas.notice import Status
from schemas.noun import iso
from tests.builders import ANNECY, BOURGOIN, NIGHT, VIENNE, at
from tests.console.records import acknowledgement, detection, event, found_in, incident, lead, mail, membership, name, stored
from tests.contract.adapters import each
from tests.contract.archives import Stored, opened

ALL = Filter()


@pytest.fixture(params=each("sqlite", real="elasticsearch"))
async def stored_in(request: pytest.FixtureRequest) -> AsyncIterator[Stored]:
    """Each adapter over an empty store."""
    async with asynccontextmanager(opened)(request, request.param) as stored:
        yield stored


async def walked(read: Callable[[str | None], Awaitable[Page[Any]]]) -> list[Any]:
    """Every page to the last, in one list."""
    page = await read(None)
    items = list(page.items)
    while page.after:
        page = await read(page.after)
        items += page.items
    return items


async def queue(archive: Archive, want: Filter = ALL, limit: int = 2) -> list[str]:
    """The ids of the incidents in order."""
    return [item.id for item in await walked(lambda after: archive.incidents(want, after, limit))]


def names(*texts: str) -> list[str]:
    """Their ids."""
    return [name(text) for text in texts]


async def test_an_empty_archive_has_nothing(stored_in: Stored) -> None:
    """Before anything is stored every answer is empty, and none is an error."""
    archive = stored_in.archive
    assert await archive.incidents(ALL, None, 10) == Page([])
    assert await archive.incidents(Filter(standing=Standing.WAITING), None, 10) == Page([])
    assert await archive.incident("nothing") is None
    assert list(await archive.named("0", 2)) == []
    assert await archive.memberships(["i"], None, 10) == Page([])
    assert await archive.leads(None, 10) == Page([])
    assert [dict(await read(["x"])) for read in (archive.detections, archive.events, archive.acknowledgements)] == [{}, {}, {}]
    assert list(await archive.mails(["i"])) == []
    assert list(await archive.sources(NIGHT, NIGHT)) == []


async def test_nothing_asked_is_nothing_found(stored_in: Stored) -> None:
    """No ids, no documents, however many there are."""
    await stored_in.put(*found_in(detection()), stored(incident()), mail(incident()), membership(incident(), detection()))
    archive = stored_in.archive
    assert [dict(await read([])) for read in (archive.detections, archive.events, archive.acknowledgements)] == [{}, {}, {}]
    assert list(await archive.mails([])) == []
    assert await archive.memberships([], None, 10) == Page([])


async def test_the_worst_come_first_then_the_latest(stored_in: Stored) -> None:
    """By severity, then by when they were opened, over pages of any size; an alias is not among them."""
    late, early = incident("late", "04:00"), incident("early", "02:00")
    await stored_in.put(
        *(stored(found) for found in (early, late)),
        stored(incident("worst", "01:00", severity=Level.CRITICAL)),
        stored(incident("least", "05:00", severity=Level.INFORMATIONAL)),
        stored(incident("alias", "03:00", merged_into=early.id)),
    )
    for limit in (1, 2, 3, 4, 10):
        assert await queue(stored_in.archive, limit=limit) == names("worst", "late", "early", "least")


async def test_incidents_of_one_instant_are_listed_once_each(stored_in: Stored) -> None:
    """Pages neither skip nor repeat what was opened at the same instant."""
    await stored_in.put(*(stored(incident(f"i{number}")) for number in range(7)))
    found = await queue(stored_in.archive, limit=3)
    assert sorted(found) == sorted(names(*(f"i{number}" for number in range(7))))


@pytest.mark.parametrize(
    ("want", "expected"),
    [
        (Filter(site=ANNECY), ["b"]),
        (Filter(severity=Level.CRITICAL), ["a"]),
        (Filter(severity=Level.LOW), []),
        (Filter(standing=Standing.ACKNOWLEDGED), ["b"]),
        (Filter(standing=Standing.WAITING), ["a", "c"]),
        (Filter(VIENNE, Level.HIGH, Standing.WAITING), ["c"]),
    ],
)
async def test_filters_are_taken_together(stored_in: Stored, want: Filter, expected: Sequence[str]) -> None:
    """By site, severity and whether somebody has taken it."""
    taken = incident("b", "03:00", sites=(VIENNE, ANNECY))
    await stored_in.put(
        stored(incident("a", severity=Level.CRITICAL)), stored(taken), stored(incident("c", "02:30")), acknowledgement(taken)
    )
    assert await queue(stored_in.archive, want, limit=1) == names(*expected)


async def test_an_incident_is_read_whole_by_its_id(stored_in: Stored) -> None:
    """Every field comes back, of an alias too; the latest version counts."""
    alias = incident("alias", merged_into=name("i"))
    await stored_in.put(stored(incident("i")), stored(alias))
    await stored_in.put(stored(incident("i", version=4, aliases=(alias.id,))))
    assert await stored_in.archive.incident(name("i")) == incident("i", version=4, aliases=(alias.id,))
    assert await stored_in.archive.incident(alias.id) == alias


async def test_an_incident_is_found_by_the_beginning_of_its_id(stored_in: Stored) -> None:
    """Eight characters are enough; what begins otherwise, or holds a wildcard, is not found."""
    await stored_in.put(stored(incident("i")), stored(incident("j")))
    assert list(await stored_in.archive.named(name("i")[:8], 2)) == names("i")
    assert list(await stored_in.archive.named("", 2)) == sorted(names("i", "j"))
    assert list(await stored_in.archive.named("*", 2)) == []
    assert list(await stored_in.archive.named("%", 2)) == []


async def test_members_come_in_the_order_of_time(stored_in: Stored) -> None:
    """Those of an incident and of its alias, over pages; those of a stranger are not among them."""
    one, alias, stranger = incident("i"), incident("alias"), incident("stranger")
    found = [detection(f"d{number}", f"0{number}:00") for number in range(5)]
    await stored_in.put(*(membership(alias if number % 2 else one, item) for number, item in enumerate(reversed(found))))
    await stored_in.put(membership(stranger, found[0]))
    read = await walked(lambda after: stored_in.archive.memberships([one.id, alias.id], after, 2))
    assert [item.detection_id for item in read] == [item.id for item in found]


async def test_members_of_one_instant_are_listed_once_each(stored_in: Stored) -> None:
    """Pages neither skip nor repeat."""
    found = [detection(f"d{number}") for number in range(7)]
    await stored_in.put(*(membership(incident(), item) for item in found))
    read = await walked(lambda after: stored_in.archive.memberships([incident().id], after, 3))
    assert sorted(item.detection_id for item in read) == sorted(item.id for item in found)


async def test_detections_and_events_are_read_by_id(stored_in: Stored) -> None:
    """Over several days; what is not there is left out."""
    one, other = detection("one", "+0 02:00"), detection("other", "+3 02:00")
    await stored_in.put(*found_in(one), *found_in(other, process__command_line="x" * 40_000))
    archive = stored_in.archive
    assert await archive.detections([one.id, other.id, "nothing"]) == {one.id: one, other.id: other}
    events = await archive.events([*one.event_ids, *other.event_ids, "nothing"])
    assert set(events) == {*one.event_ids, *other.event_ids}
    assert events[other.event_ids[0]]["process.command_line"] == "x" * 40_000


async def test_more_ids_than_a_page_holds(stored_in: Stored) -> None:
    """Fifteen hundred detections are read in one call."""
    found = [detection(f"d{number}") for number in range(1500)]
    await stored_in.put(*(document for item in found for document in found_in(item)[:1]))
    assert len(await stored_in.archive.detections([item.id for item in found])) == 1500


async def test_mails_come_in_the_order_they_were_due(stored_in: Stored) -> None:
    """Of the incidents asked for, with what became of them."""
    one, stranger = incident("i"), incident("stranger")
    await stored_in.put(
        mail(one, "b@example.org", due="03:00", status=Status.DEFERRED, detail="421 try later", next_attempt=at("03:05")),
        mail(one, "a@example.org", due="02:00", uncertain=True),
        mail(stranger),
    )
    found = await stored_in.archive.mails([one.id])
    assert [item.notice.contact.email for item in found] == ["a@example.org", "b@example.org"]
    assert [(item.status, item.uncertain, item.detail) for item in found] == [
        (Status.SENT, True, ""),
        (Status.DEFERRED, False, "421 try later"),
    ]
    assert (found[1].attempt, found[1].updated) == (1, at("03:00"))


async def test_who_took_an_incident_is_read(stored_in: Stored) -> None:
    """By incident; of one that nobody took there is none."""
    await stored_in.put(acknowledgement(incident("i"), by="A. Martin", time="03:00", comment="appel du CHU"))
    found = await stored_in.archive.acknowledgements(names("i", "j"))
    assert set(found) == {name("i")}
    assert (found[name("i")].by, found[name("i")].at, found[name("i")].comment) == ("A. Martin", at("03:00"), "appel du CHU")


async def test_leads_come_latest_first(stored_in: Stored) -> None:
    """Over pages, each once in its latest version."""
    await stored_in.put(*(lead(f"l{number}", f"0{number}:00") for number in range(4)), lead("same", "03:00"))
    await stored_in.put(lead("l0", "05:00", version=3))
    read = await walked(lambda after: stored_in.archive.leads(after, 2))
    assert [item.last_seen for item in read] == [at("05:00"), at("03:00"), at("03:00"), at("02:00"), at("01:00")]


async def test_sources_tell_when_they_were_last_heard(stored_in: Stored) -> None:
    """By site and name: the latest reception, the own time of that event, and how many came since."""
    await stored_in.put(
        event("a1", iso(at("01:00")), received="02:00"),
        event("a2", iso(at("01:30")), received="04:00"),
        event("a3", iso(at("03:30")), received="03:40"),
        event("b1", iso(at("01:00")), received="04:00", dataset="windows.security"),
        event("c1", iso(at("01:00")), received="04:00", site=BOURGOIN),
        event("d1", iso(at("-9 01:00")), received="-9 04:00", site=ANNECY),
    )
    found = await stored_in.archive.sources(NIGHT - timedelta(days=7), at("03:00"))
    assert list(found) == [
        Source(BOURGOIN, "sshd.auth", at("04:00"), at("01:00"), 1),
        Source(VIENNE, "sshd.auth", at("04:00"), at("01:30"), 2),
        Source(VIENNE, "windows.security", at("04:00"), at("01:00"), 1),
    ]


@pytest.mark.parametrize(
    "cursor", ["", "x", "é", "bnVsbA==", "W10=", "W251bGwsbnVsbCxudWxsXQ==", "A" * 10_000, "WzFlNDAwLDEsIngiXQ=="]
)
async def test_a_cursor_that_is_none_of_ours_is_refused(stored_in: Stored, cursor: str) -> None:
    """Whatever somebody types behind ``after=``, it is an error of the sender."""
    await stored_in.put(stored(incident()))
    for read in (
        lambda: stored_in.archive.incidents(ALL, cursor, 10),
        lambda: stored_in.archive.memberships(["i"], cursor, 10),
        lambda: stored_in.archive.leads(cursor, 10),
    ):
        with pytest.raises(BadMessage, match="none of ours"):
            await read()


async def test_a_document_that_cannot_be_read_is_left_out(stored_in: Stored, caplog: pytest.LogCaptureFixture) -> None:
    """One that a later version wrote hides no other, and the log says so."""
    odd = stored(incident("odd"))
    await stored_in.put(stored(incident("i")), odd._replace(body={**odd.body, "from_the_future": 1}))
    assert await queue(stored_in.archive) == names("i")
    assert await stored_in.archive.incident(name("odd")) is None
    assert "a stored Incident cannot be read" in caplog.text
