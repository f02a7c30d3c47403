"""correlate.indicators.stix_pattern and stix_terms: STIX 2.1 §9, as far as one event can answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from correlate.indicators.indicator import Also, Kind, Side
from correlate.indicators.refusal import Because, Unusable
from correlate.indicators.stix_pattern import MAX_ALTERNATIVES, MAX_DEPTH, alternatives
from correlate.indicators.stix_terms import Term, term

SHA256 = "4bac27393bdd9777ce02453256c5577cd02275510b2227f473d03f533924f877"
IP, IP2 = "203.0.113.66", "198.51.100.99"


def terms(pattern: str) -> list[Term]:
    """The look-ups that a pattern asks for."""
    return [term(alternative) for alternative in alternatives(pattern)]


def why(pattern: str) -> Because:
    """Why a pattern is refused."""
    with pytest.raises(Unusable) as refused:
        terms(pattern)
    return refused.value.because


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        (f"[ipv4-addr:value = '{IP}']", [Term(Kind.IP, IP)]),
        (f"[ ipv4-addr:value == '{IP}' ] ", [Term(Kind.IP, IP)]),
        ("[ipv4-addr:value = '203.0.113.0/24']", [Term(Kind.NETWORK, "203.0.113.0/24")]),
        ("[ipv4-addr:value ISSUBSET '203.0.113.0/24']", [Term(Kind.NETWORK, "203.0.113.0/24")]),
        (f"[ipv4-addr:value IN ('{IP}', '{IP2}')]", [Term(Kind.IP, IP), Term(Kind.IP, IP2)]),
        (
            f"[ipv4-addr:value = '{IP}' OR domain-name:value = 'evil.example']",
            [Term(Kind.IP, IP), Term(Kind.DOMAIN, "evil.example")],
        ),
        (f"[ipv4-addr:value = '{IP}'] OR [ipv4-addr:value = '{IP2}']", [Term(Kind.IP, IP), Term(Kind.IP, IP2)]),
        (f"([ipv4-addr:value = '{IP}'] OR ([ipv4-addr:value = '{IP2}']))", [Term(Kind.IP, IP), Term(Kind.IP, IP2)]),
        (f"[file:hashes.'SHA-256' = '{SHA256.upper()}']", [Term(Kind.HASH, SHA256)]),
        (f"[file:hashes.\"SHA-256\" = '{SHA256}']", [Term(Kind.HASH, SHA256)]),
        (f"[file:hashes.MD5 = '{SHA256[:32]}']", [Term(Kind.HASH, SHA256[:32])]),
        ("[url:value = 'http://evil.example/it\\'s']", [Term(Kind.URL, "http://evil.example/it's")]),
        ("[email-message:from_ref.value = 'm@evil.example']", [Term(Kind.EMAIL, "m@evil.example", Side.SOURCE)]),
        (f"[ipv4-addr:value = '{IP}' /* c */ ] // end", [Term(Kind.IP, IP)]),
        (
            f"[file:name = 'a.exe' AND file:hashes.MD5 = '{SHA256[:32]}']",
            [Term(Kind.HASH, SHA256[:32], Side.ANY, (Also("name", "a.exe"),))],
        ),
        (
            f"[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '{IP}' AND network-traffic:dst_port = 443]",
            [Term(Kind.IP, IP, Side.DESTINATION, (Also("port", "443", Side.DESTINATION),))],
        ),
        (
            f"[domain-name:value = 'evil.example' AND domain-name:resolves_to_refs[*].value = '{IP}']",
            [Term(Kind.IP, IP, Side.RESOLVED, (Also(Kind.DOMAIN, "evil.example"),))],
        ),
        (
            f"[(url:value = 'http://evil.example/a' OR url:value = 'http://evil.example/b') AND ipv4-addr:value = '{IP}']",
            [
                Term(Kind.URL, "http://evil.example/a", Side.ANY, (Also(Kind.IP, IP),)),
                Term(Kind.URL, "http://evil.example/b", Side.ANY, (Also(Kind.IP, IP),)),
            ],
        ),
    ],
)
def test_what_one_event_can_answer_is_read(pattern: str, wanted: list[Term]) -> None:
    """Equality, sets, either and both, in every way that the grammar allows them to be written."""
    assert terms(pattern) == wanted


@pytest.mark.parametrize(
    "pattern",
    [
        f"[ipv4-addr:value = '{IP}'] AND [ipv4-addr:value = '{IP2}']",
        f"[ipv4-addr:value = '{IP}'] FOLLOWEDBY [ipv4-addr:value = '{IP2}']",
        f"[ipv4-addr:value = '{IP}'] WITHIN 600 SECONDS",
        f"[ipv4-addr:value = '{IP}'] REPEATS 5 TIMES",
        f"[ipv4-addr:value = '{IP}'] START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00Z'",
        f"([ipv4-addr:value = '{IP}'] FOLLOWEDBY [ipv4-addr:value = '{IP2}']) WITHIN 600 SECONDS",
        f"[ipv4-addr:value != '{IP}']",
        f"[ipv4-addr:value NOT = '{IP}']",
        f"[ipv4-addr:value NOT IN ('{IP}')]",
        f"[ipv4-addr:value ISSUPERSET '{IP}/24']",
        "[domain-name:value LIKE '%.example']",
        "[url:value MATCHES '^http']",
        "[url:value > 'a']",
        "[ipv4-addr:value IN ()]",
        "[EXISTS url:value]",
        "[file:size = 42]",
        "[file:name = 'a.exe']",
        "[network-traffic:dst_port = 443]",
        "[windows-registry-key:key = 'HKLM']",
        f"[network-traffic:dst_ref.type = 'ipv6-addr' AND network-traffic:dst_ref.value = '{IP}']",
        "[domain-name:value ISSUBSET 'evil.example']",
    ],
)
def test_what_one_event_cannot_answer_is_refused(pattern: str) -> None:
    """Never approximated: half of a condition would alert where its author meant silence."""
    assert why(pattern) is Because.UNSUPPORTED


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "ipv4-addr:value = 'a'",
        "[ipv4-addr:value = '203.0.113.66'",
        "[ipv4-addr:value = '203.0.113.66]",
        "[ipv4-addr = '203.0.113.66']",
        "[ipv4-addr:value = ]",
        "[ipv4-addr:value '203.0.113.66']",
        "[]",
        "[ipv4-addr:value = '203.0.113.66'] ]",
        "[ipv4-addr:value = 'nowhere']",
        "[network-traffic:dst_port = 'x' AND ipv4-addr:value = '203.0.113.66']",
        "[ipv4-addr:value = §]",
        "[/* never closed",
    ],
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    """The reason is the grammar's, or that a value is none."""
    assert why(pattern) is Because.INVALID


def test_nesting_is_bounded() -> None:
    """Thousands of parentheses are refused, they do not exhaust the stack."""
    inside = f"ipv4-addr:value = '{IP}'"
    assert terms(f"[{'(' * MAX_DEPTH}{inside}{')' * MAX_DEPTH}]") == [Term(Kind.IP, IP)]
    assert why(f"[{'(' * 100_000}{inside}{')' * 100_000}]") is Because.INVALID
    assert why(f"{'(' * 100_000}[{inside}]{')' * 100_000}") is Because.INVALID


def test_alternatives_are_bounded() -> None:
    """Twenty ``(a OR b)`` that must all hold are a million alternatives: refused before they are written out."""
    either = f"(ipv4-addr:value = '{IP}' OR ipv4-addr:value = '{IP2}')"
    assert why(f"[{' AND '.join([either] * 20)}]") is Because.INVALID
    many = ", ".join(f"'203.0.113.{number % 256}'" for number in range(MAX_ALTERNATIVES + 1))
    assert why(f"[ipv4-addr:value IN ({many})]") is Because.INVALID
    assert why(f"[ipv4-addr:value = '{'1' * 1_000_000}']") is Because.INVALID


@given(st.text(alphabet="[]()'\"\\/*:.=!<>, \nandorANDORINLIKEipv4-addr:value12tbh", max_size=120))
def test_any_text_is_a_pattern_or_refused(text: str) -> None:
    """A hostile feed cannot make the parser fail in another way."""
    try:
        found = alternatives(text)
    except Unusable:
        return
    assert all(found)
