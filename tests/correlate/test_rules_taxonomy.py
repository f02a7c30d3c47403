"""Rules for networks and web servers read the ECS fields that the parsers fill."""

import pytest
from sigma.rule.logsource import SigmaLogSource

from correlate.rules.fields import Pipelines
from correlate.rules.taxonomy import BY_CATEGORY, BY_PRODUCT, names
from ingest.ecs import FIELDS, OPEN_ROOTS


@pytest.mark.parametrize("table", [*BY_PRODUCT.values(), *BY_CATEGORY.values()])
def test_every_field_that_is_named_exists(table: dict[str, str]) -> None:
    """ECS has it, or it is below an open root."""
    assert [name for name in table.values() if name not in FIELDS and not name.startswith(OPEN_ROOTS)] == []


def test_a_log_source_chooses_its_table() -> None:
    """The product first, then the category; Windows keeps its own pipeline whatever the category."""
    assert names(SigmaLogSource(product="zeek", service="rdp"))["id.orig_h"] == "source.ip"
    assert names(SigmaLogSource(category="webserver"))["cs-method"] == "http.request.method"
    assert names(SigmaLogSource(category="dns", product="windows")) == {}
    assert names(SigmaLogSource(product="linux", service="sshd")) == {}


def test_a_rule_reads_the_mapped_field() -> None:
    """Where the pipeline of a log source does not know a name, the table does."""
    assert Pipelines().mapped("c-uri-query", SigmaLogSource(category="proxy")) == ("url.query",)
    assert Pipelines().mapped("unheard-of", SigmaLogSource(category="proxy")) == ("unheard-of",)
