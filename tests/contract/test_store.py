"""What every ``Store`` must do: over SQLite and over Elasticsearch."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest

from schemas.dead import DeadLetter
from schemas.output import Document
from tests.contract.adapters import STORES, each, elasticsearch_settings
from tests.services.addresses import Services
from tocsin.adapters.elasticsearch import ElasticStore
from tocsin.adapters.indices import MAPPINGS
from tocsin.ports import KNOWN, STORED, Store

DAY = "2026-01-31"
TIME = f"{DAY}T08:00:00.000000Z"


@pytest.fixture(params=each("sqlite", real="elasticsearch"))
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """Each adapter, empty."""
    async with STORES[request.param](request) as store:
        yield store


@pytest.fixture
async def elastic(request: pytest.FixtureRequest, services: Services) -> AsyncIterator[ElasticStore]:
    """Elasticsearch, empty."""
    async with STORES["elasticsearch"](request) as store:
        yield store


async def recent(store: Store, kind: str, limit: int = 10_000) -> list[Mapping[str, Any]]:
    """What is listed once everything can be seen."""
    if isinstance(store, ElasticStore):
        await store.refresh()
    return list(await store.recent(kind, limit))


def event(name: str, **fields: Any) -> Document:
    """An event, with dotted keys as parsers write them; ``a__b`` stands for ``a.b``."""
    body = {"@timestamp": TIME, "event.id": name, "event.kind": "event", "event.dataset": "test", "organization.id": "010000024"}
    return Document("event", name, {**body, **{key.replace("__", "."): value for key, value in fields.items()}}, day=DAY)


def incident(version: int, name: str = "i", **fields: Any) -> Document:
    """A version of an incident."""
    return Document("incident", name, {"id": name, "version": version, "last_seen": TIME, **fields}, version=version)


async def statuses(store: Store, *documents: Document) -> list[str]:
    """What became of each document of one call."""
    return [answer.status for answer in await store.upsert(documents)]


async def test_create_only_keeps_the_first(store: Store) -> None:
    """A second document of the same id is known and changes nothing, in a later call or in the same one."""
    first, second = event("e", message="first"), event("e", message="second")
    assert await store.upsert([first, second]) == [STORED, KNOWN]
    assert await store.upsert([second]) == [KNOWN]
    assert [body["message"] for body in await recent(store, "event")] == ["first"]


async def test_only_a_higher_version_replaces(store: Store) -> None:
    """An equal or lower version is known; versions may leave gaps."""
    assert await statuses(store, incident(3, text="3")) == ["stored"]
    assert await statuses(store, incident(2, text="2"), incident(3, text="again")) == ["known", "known"]
    assert (await store.read("incident", "i")) == incident(3, text="3")
    assert await statuses(store, incident(17, text="17")) == ["stored"]
    assert (await store.read("incident", "i")) == incident(17, text="17")


async def test_two_versions_in_one_call(store: Store) -> None:
    """In whatever order one call gives them, the highest is what stays."""
    assert await statuses(store, incident(1), incident(2)) == ["stored", "stored"]
    assert await statuses(store, incident(4), incident(3)) == ["stored", "known"]
    found = await store.read("incident", "i")
    assert found is not None
    assert found.version == 4


async def test_what_was_returned_is_read(store: Store) -> None:
    """Read sees every upsert that has returned, at once; what is not there is None, also of a kind nobody has written yet."""
    assert await store.read("incident", "i") is None
    for version in range(1, 20):
        await store.upsert([incident(version)])
        assert await store.read("incident", "i") == incident(version)
    assert await store.read("incident", "other") is None
    assert await store.read("notice", "i") is None


async def test_kinds_are_apart(store: Store) -> None:
    """One id under two kinds is two documents."""
    notice = Document("notice", "i", {"id": "i", "updated": TIME}, version=1)
    assert await store.upsert([incident(1), notice]) == [STORED, STORED]
    assert await store.read("notice", "i") == notice
    assert await store.read("incident", "i") == incident(1)


async def test_nothing_is_asked(store: Store) -> None:
    """No documents, no answers, and nothing listed."""
    assert list(await store.upsert([])) == []
    assert {kind: await recent(store, kind) for kind in MAPPINGS} == {kind: [] for kind in MAPPINGS}


async def test_every_value_of_json_comes_back(store: Store) -> None:
    """Nesting, lists, empty values, large numbers, text of any script and control characters are read as they were written."""
    value = {
        "text": "é\u2028\x00\U0001f3e5",
        "empty": {},
        "none": None,
        "list": [1, [], {"a": [None]}],
        "large": 2**53,
        "small": -0.5,
    }
    document = Document("incident", "é/ id?#%", {"why": value, "last_seen": TIME}, version=1)
    assert await store.upsert([document]) == [STORED]
    assert await store.read("incident", "é/ id?#%") == document


@pytest.mark.parametrize(
    "bad", [object(), b"bytes", {1: "a key that is no text"}, {"deep": {"set"}}, "\udcff half a character", 2**80]
)
async def test_what_is_no_json_is_refused_alone(store: Store, bad: object) -> None:
    """A value that cannot be written is refused with a reason; the other documents of the call are stored."""
    answers = await store.upsert([event("before"), event("bad", message=bad), event("after")])
    assert [answer.status for answer in answers] == ["stored", "refused", "stored"]
    assert "event bad is no JSON" in answers[1].reason
    assert {body["event.id"] for body in await recent(store, "event")} == {"before", "after"}


async def test_a_megabyte_of_log_is_stored(store: Store) -> None:
    """A record's text far beyond an index term, and one field of more than a megabyte, are stored and come back whole."""
    huge = event("huge", event__original="x" * 1_200_000, message="word " * 250_000, process__command_line="c" * 40_000)
    assert await store.upsert([huge, event("next")]) == [STORED, STORED]
    found = {body["event.id"]: body for body in await recent(store, "event")}
    assert found["huge"] == huge.body
    assert "next" in found


async def test_a_dead_letter_of_a_megabyte_is_stored_and_read(store: Store) -> None:
    """Bytes as base64, beyond what can be indexed, come back by id; a long reason does too."""
    letter = DeadLetter(topic="raw.010000024", key="k", data=bytes(range(256)) * 4096, reason="r" * 100_000)
    body = {"id": letter.id, **letter.model_dump(mode="json"), "size": len(letter.data), "replayed": 0}
    document = Document("dead", letter.id, body, version=1)
    assert await store.upsert([document]) == [STORED]
    assert await store.read("dead", letter.id) == document
    assert [found["id"] for found in await recent(store, "dead")] == [letter.id]


async def test_many_documents_in_one_call(store: Store) -> None:
    """Twenty megabytes in one call are all stored, each answered in its place."""
    documents = [event(f"e{number}", event__original="x" * 100_000) for number in range(200)]
    await store.upsert(documents[50:60])
    answers = await store.upsert(documents)
    assert [number for number, answer in enumerate(answers) if answer == KNOWN] == list(range(50, 60))
    assert [answer for answer in answers if answer.status == "refused"] == []
    assert len(await recent(store, "event")) == 200


async def test_the_latest_are_listed(store: Store) -> None:
    """At most so many, the latest first, each document once in its latest version."""
    times = [f"{DAY}T0{hour}:00:00.000000Z" for hour in range(6)]
    for number, time in enumerate(times):
        await store.upsert([Document("detection", f"d{number}", {"id": f"d{number}", "@timestamp": time}, day=DAY)])
    assert [body["id"] for body in await recent(store, "detection", 3)] == ["d5", "d4", "d3"]
    await store.upsert([incident(1)])
    await store.upsert([incident(2)])
    assert [body["version"] for body in await recent(store, "incident")] == [2]


async def test_everything_is_listed_once_however_many_there_are(store: Store) -> None:
    """More documents of one instant than a page holds, over several days, are listed once each."""
    documents = [event(f"e{number}")._replace(day=f"2026-01-{10 + number % 3}") for number in range(2500)]
    for start in range(0, 2500, 500):
        await store.upsert(documents[start : start + 500])
    listed = [body["event.id"] for body in await recent(store, "event")]
    assert len(listed) == len(set(listed)) == 2500
    assert len(await recent(store, "event", 1200)) == 1200


WINDOWS = {
    "winlog.event_id": "4688",
    "winlog.event_data.CommandLine": "cmd.exe /c " + "a" * 40_000,
    "winlog.event_data.Data": ["x", "y"],
    "winlog.event_data.Param1": "2026-01-31",
    "winlog.event_data.User": "x",
    "winlog.event_data.User.Name": "y",
}


async def test_windows_event_data_of_any_shape_is_stored(store: Store) -> None:
    """Dotted keys below ``winlog.event_data``, as Windows names them, are stored without a mapping of their own."""
    bodies = [{**event(f"w{number}").body, key: value} for number, (key, value) in enumerate(WINDOWS.items())]
    documents = [Document("event", str(body["event.id"]), body, day=DAY) for body in bodies]
    for document, answer in zip(documents, await store.upsert(documents), strict=True):
        assert answer == STORED, (document.body, answer)


SHAPES: Sequence[Sequence[Mapping[str, Any]]] = [
    [{"user": "root"}, {"user.name": "root"}],
    [{"user.name": "root"}, {"user": "root"}],
    [{"source": ["10.0.0.1"]}, {"source.ip": "10.0.0.1"}],
    [{"@timestamp": "yesterday"}],
    [{"event.created": {"deep": 1}}],
    [{"message": {"an": "object"}}],
    [{"winlog.event_data": "text"}],
    [{"winlog.event_data.": "no name"}],
    [{"winlog.event_data.a..b": "two dots"}],
    [{"a" * 40_000: 1}],
    [{"deep": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": 1}}}}}}}}}}}}}}}}],
    [{"n.um": 1}, {"n.um": "text"}],
    [{"n.um": 1}, {"n.um": 1.5}],
    [{"flag": True}, {"flag": "maybe"}],
    [{"source.ip": "not an address"}],
    [{"source.ip": ["10.0.0.1", "fe80::1%eth0"]}],
    [{"": "no name"}],
    [{".": "a dot"}],
    [{"a..b": "two dots"}],
    [{" ": "a blank"}],
]


@pytest.mark.parametrize("shapes", SHAPES, ids=lambda shapes: str(shapes)[:50])
async def test_no_shape_stops_the_others(store: Store, shapes: Sequence[Mapping[str, Any]]) -> None:
    """A document whose fields contradict those before it is stored or refused with a reason; its neighbours are stored."""
    odd = [
        Document("event", f"odd{number}", {**event(f"odd{number}").body, **shape}, day=DAY) for number, shape in enumerate(shapes)
    ]
    answers = [answer for document in odd for answer in await store.upsert([event(f"good{document.id}"), document, event("end")])]
    assert [answer.status for answer in answers[0::3]] == ["stored"] * len(odd)
    assert all(answer == STORED or (answer.status == "refused" and answer.reason) for answer in answers[1::3])
    stored = {document.id for document, answer in zip(odd, answers[1::3], strict=True) if answer == STORED}
    listed = {body["event.id"] for body in await recent(store, "event")}
    assert listed == stored | {f"good{document.id}" for document in odd} | {"end"}


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ({"@timestamp": "yesterday"}, "failed to parse"),
        ({"organization.id": {"an": "object"}}, "organization"),
        ({"event.created": ["now"]}, "failed to parse"),
    ],
)
async def test_a_mapping_conflict_is_refused_with_its_reason(
    elastic: ElasticStore, shape: Mapping[str, Any], reason: str
) -> None:
    """Elasticsearch's own words are the reason."""
    bad = event("bad")
    good, refused = await elastic.upsert([event("good"), bad._replace(body={**bad.body, **shape})])
    assert (good, refused.status) == (STORED, "refused")
    assert reason in refused.reason


@pytest.mark.parametrize("name", ["winlog.event_data.x", "zeek.connection.x", "suricata.eve.x"])
async def test_a_field_that_a_log_writer_names_may_be_of_any_type(elastic: ElasticStore, name: str) -> None:
    """What comes first does not decide what may come later."""
    shapes: list[object] = ["text", 1, [1, "two"], {"an": "object"}]
    answers = await elastic.upsert([event(f"e{number}", **{name: shape}) for number, shape in enumerate(shapes)])
    assert answers == [STORED] * len(shapes)


async def test_the_templates_apply(elastic: ElasticStore, prefix: str) -> None:
    """Indices made by the first document have the mapping and the alias of their kind."""
    await elastic.upsert([event("e", source__ip="10.0.0.1"), incident(1)])
    made = await elastic.client.indices.get(index=f"{prefix}*")
    assert set(made) == {f"{prefix}event-2026.01.31", f"{prefix}incident"}
    properties = made[f"{prefix}event-2026.01.31"]["mappings"]["properties"]
    assert properties["winlog"]["properties"]["event_data"]["type"] == "flattened"
    assert properties["source"]["properties"]["ip"]["type"] == "ip"
    assert set(made[f"{prefix}event-2026.01.31"]["aliases"]) == {f"{prefix}events"}
    assert set(made[f"{prefix}incident"]["aliases"]) == {f"{prefix}incidents"}


async def test_provisioning_twice_changes_nothing(elastic: ElasticStore, prefix: str) -> None:
    """It is idempotent, before and after there are documents."""
    await elastic.upsert([event("e")])
    before = await elastic.client.indices.get_index_template(name=f"{prefix}*")
    await elastic.provision()
    assert (await elastic.client.indices.get_index_template(name=f"{prefix}*")).body == before.body
    assert [body["event.id"] for body in await recent(elastic, "event")] == ["e"]


async def test_many_shards_list_everything_once(elastic: ElasticStore, services: Services, prefix: str) -> None:
    """Pages of a listing neither skip nor repeat a document when an index has several shards."""
    store = ElasticStore(elasticsearch_settings(services, prefix, shards=3))
    try:
        await store.provision()
        for start in range(0, 2500, 500):
            await store.upsert([event(f"e{number}") for number in range(start, start + 500)])
        listed = [body["event.id"] for body in await recent(store, "event")]
        assert len(listed) == len(set(listed)) == 2500
    finally:
        await store.close()
