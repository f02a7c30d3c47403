"""docs/detection.md has a table of every modifier with the test that proves it, and this file writes it."""

import ast
from pathlib import Path

from correlate.rules.modifiers import KNOWN

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs" / "detection.md"
BEGIN, END = "<!-- modifiers: written by tests/correlate/semantics/test_table.py -->", "<!-- end of modifiers -->"

MODIFIERS = {
    "contains": ("the value stands anywhere in the field", "test_strings.py::test_text_ignores_case"),
    "startswith": ("the field begins with the value", "test_strings.py::test_an_inner_wildcard_leaves_the_anchor_on_its_side"),
    "endswith": ("the field ends with the value", "test_strings.py::test_an_inner_wildcard_leaves_the_anchor_on_its_side"),
    "all": ("all values instead of any", "test_structures.py::test_an_array_matches_when_any_element_does"),
    "exists": ("the field is there, be it null or empty; stands alone", "test_nothing.py::test_nothing_has_four_forms"),
    "cased": ("with case", "test_strings.py::test_cased_does_not_ignore_case"),
    "neq": ("the negation of the whole item", "test_nothing.py::test_neq_negates_the_whole_item"),
    "windash": (
        "five dashes for one another where an option begins",
        "test_modifiers.py::test_windash_takes_five_characters_for_one_another",
    ),
    "base64": ("the value in Base64", "test_modifiers.py::test_base64_encodes_octets"),
    "base64offset": (
        "the value inside Base64, at three alignments",
        "test_modifiers.py::test_base64offset_finds_a_value_at_every_alignment",
    ),
    "utf16le": ("UTF-16, low octet first", "test_modifiers.py::test_utf16_in_each_form"),
    "wide": ("the same as utf16le", "test_modifiers.py::test_utf16_in_each_form"),
    "utf16be": ("UTF-16, high octet first", "test_modifiers.py::test_utf16_in_each_form"),
    "utf16": ("UTF-16 with the byte order mark FF FE", "test_modifiers.py::test_utf16_in_each_form"),
    "re": ("a regular expression, found anywhere, with case", "test_modifiers.py::test_re_searches_with_its_flags"),
    "i": ("after re: without case", "test_modifiers.py::test_re_searches_with_its_flags"),
    "ignorecase": ("pySigma's name of i", "test_modifiers.py::test_flags_have_pysigmas_long_names_too"),
    "m": ("after re: ^ and $ at each line", "test_modifiers.py::test_re_searches_with_its_flags"),
    "multiline": ("pySigma's name of m", "test_modifiers.py::test_flags_have_pysigmas_long_names_too"),
    "s": ("after re: . is a line break too", "test_modifiers.py::test_re_searches_with_its_flags"),
    "dotall": ("pySigma's name of s", "test_modifiers.py::test_flags_have_pysigmas_long_names_too"),
    "lt": ("less than", "test_numbers.py::test_comparisons_read_numbers_and_decimal_text"),
    "lte": ("at most", "test_numbers.py::test_comparisons_read_numbers_and_decimal_text"),
    "gt": ("more than", "test_numbers.py::test_comparisons_read_numbers_and_decimal_text"),
    "gte": ("at least", "test_numbers.py::test_comparisons_read_numbers_and_decimal_text"),
    "minute": ("of a time as the log wrote it", "test_numbers.py::test_parts_of_a_time_are_those_that_the_log_wrote"),
    "hour": ("of a time as the log wrote it", "test_numbers.py::test_parts_of_a_time_are_those_that_the_log_wrote"),
    "day": ("of the month", "test_numbers.py::test_parts_of_a_time_are_those_that_the_log_wrote"),
    "week": ("of the year, ISO 8601: 1 to 53", "test_numbers.py::test_parts_of_a_time_are_those_that_the_log_wrote"),
    "month": ("of the year", "test_numbers.py::test_parts_of_a_time_are_those_that_the_log_wrote"),
    "year": ("four digits", "test_numbers.py::test_parts_of_a_time_are_those_that_the_log_wrote"),
    "cidr": ("an address in a network, IPv4 or IPv6", "test_modifiers.py::test_cidr_holds_addresses_of_both_versions"),
    "expand": ("values of the configuration for %name%", "test_modifiers.py::test_expand_takes_the_values_of_the_configuration"),
    "fieldref": ("the value of another field", "test_modifiers.py::test_fieldref_compares_two_fields"),
}
"""Modifier → what it means, and the test that proves it."""


def table() -> str:
    """The table as the page has it."""
    rows = ["| modifier | supported | meaning | test |", "| --- | --- | --- | --- |"]
    rows += [
        f"| `{name}` | {'yes' if name in KNOWN else 'no'} | {meaning} | `{test}` |" for name, (meaning, test) in MODIFIERS.items()
    ]
    return "\n".join(rows)


def test_the_page_has_the_table() -> None:
    """Regenerated here; when it differs, `python -m tests.correlate.semantics.test_table` writes it."""
    found = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0].strip()

    assert found == table(), "run: python -m tests.correlate.semantics.test_table"


def test_every_modifier_is_in_the_table() -> None:
    """No modifier is known to the engine and missing here, or the other way round."""
    assert set(MODIFIERS) == KNOWN


def test_every_test_of_the_table_exists() -> None:
    """Each test that the table names is collected from its file."""
    for _, node in MODIFIERS.values():
        file, _, name = node.partition("::")
        functions = {
            each.name for each in ast.parse((HERE / file).read_text(encoding="utf-8")).body if isinstance(each, ast.FunctionDef)
        }
        assert name in functions, node
        assert name.startswith("test_")


if __name__ == "__main__":
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
