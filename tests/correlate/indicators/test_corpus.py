"""correlate.indicators over events of ESET, bundles of OASIS and warning lists of MISP."""

from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest

from correlate.indicators.collect import Known
from correlate.indicators.indicator import Kind
from correlate.indicators.refusal import Because
from tests.correlate.indicators.feeds import event, known, watch

pytestmark = pytest.mark.corpus


def documents(corpus: Path, *folders: str) -> list[Any]:
    """The JSON files of some folders of the corpus."""
    paths = sorted(path for folder in folders for path in (corpus / "intel" / folder).glob("*.json"))
    assert paths
    return [orjson.loads(path.read_bytes()) for path in paths]


@pytest.fixture(scope="module")
def everything(corpus: Path) -> Known:
    """All of the folder ``intel``."""
    return known(*documents(corpus, "misp", "stix", "warninglists"))


def marked_for_detection(document: Any) -> Counter[str]:
    """The attributes of an event with ``to_ids``, by type; counted without the reader."""
    (event,) = (part["Event"] for part in document["response"])
    own = event["Attribute"] + [attribute for item in event["Object"] for attribute in item["Attribute"]]
    return Counter(attribute["type"] for attribute in own if attribute["to_ids"])


def test_every_attribute_for_detection_is_matched_or_named(corpus: Path) -> None:
    """Nothing of the five events disappears: what is for detection is in the set or among the refusals, the rest is counted as context."""
    for document in documents(corpus, "misp"):
        wanted = marked_for_detection(document)
        report = known(document)
        assert len(report.table) == sum(wanted[kind] for kind in ("md5", "sha1", "sha256", "url", "domain", "ip-dst"))
        assert report.report.refused.get(Because.UNSUPPORTED, 0) == wanted["text"]


def test_every_indicator_of_the_bundles_is_matched_or_named(corpus: Path) -> None:
    """Refused are an example's private address, a host name with a space in it, and two that ask for a file's name alone."""
    found = known(*documents(corpus, "stix"))
    assert found.report.files == {"STIX": 3}
    assert [refusal.because for refusal in found.report.shown] == [
        Because.NOT_PUBLIC,
        Because.INVALID,
        Because.UNSUPPORTED,
        Because.UNSUPPORTED,
    ]
    assert "autuo.xicp.net" in found.report.shown[1].detail
    patterns = sum(
        item["pattern"].count("value =")
        for part in documents(corpus, "stix")
        for item in part["objects"]
        if item["type"] == "indicator"
    )
    assert len(found.table) == patterns - 2


def test_the_set_alerts_on_each_of_its_own_values(everything: Known) -> None:
    """An event that carries a value of the set, in a field for it, is a detection."""
    field = {Kind.IP: "destination.ip", Kind.DOMAIN: "dns.question.name", Kind.URL: "url.full", Kind.HASH: "file.hash.md5"}
    detector = type(watch())(everything, entities_of=lambda _: ())
    values = [(one.kind, one.value) for one in everything.table]
    found = detector.detect([event(**{field[kind]: value}) for kind, value in values])
    assert len(values) > 150
    assert all(
        value in {one.value for one in detections[0].indicators} for (_, value), detections in zip(values, found, strict=True)
    )


def test_the_warning_lists_are_read_whole(everything: Known) -> None:
    """Not one of their entries is refused, and a value of each is known."""
    assert everything.report.warning_lists == 6
    for kind, value in (
        (Kind.IP, "10.1.2.3"),
        (Kind.IP, "102.133.0.1"),
        (Kind.HASH, "d41d8cd98f00b204e9800998ecf8427e"),
        (Kind.URL, "http://access.redhat.com/a"),
        (Kind.DOMAIN, "2014.hack.lu"),
    ):
        assert everything.lists.of(kind, value)
    assert not everything.lists.of(Kind.DOMAIN, "redhat.com")
