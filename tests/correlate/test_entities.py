"""What an event speaks of, when an attacker writes the event."""

from typing import Any

import pytest

from correlate.entities import MAX_ENTITIES, MAX_VALUE, canonical_address, entities_of, registered_domain

SHA256 = "ab" * 32
SYSTEM = {"process.executable": r"C:\Windows\System32\cmd.exe", "process.pe.company": "Microsoft Corporation"}


def keys(**fields: Any) -> list[str]:
    """The entities of an event with these fields; ``__`` stands for a dot."""
    return [entity.key for entity in entities_of({name.replace("__", "."): value for name, value in fields.items()})]


def test_each_kind_is_found_once_strong_ones_first() -> None:
    """All fields of the table, each value once, in lower case where case means nothing."""
    found = keys(
        user__name="JMartin",
        host__name="SRV-AD01",
        email__from__address="Bill@Evil.Example",
        file__hash__sha256=SHA256.upper(),
        url__full="https://evil.example/A?x=1",
        dns__question__name=["a.evil.example", "b.evil.example"],
        source__ip="203.0.113.66",
        destination__ip="203.0.113.66",
    )

    assert found == [
        "ip:203.0.113.66",
        "domain:evil.example",
        "url:https://evil.example/A?x=1",
        f"hash:{SHA256}",
        "email:bill@evil.example",
        "host:srv-ad01",
        "user:jmartin",
    ]


def test_a_thousand_domains_are_cut_to_the_first() -> None:
    """An event cannot make more entities than the bound, whatever it claims."""
    found = keys(dns__question__name=[f"d{number}.com" for number in range(1000)], user__name="x")

    assert len(found) == MAX_ENTITIES
    assert found[:2] == ["domain:d0.com", "domain:d1.com"]


@pytest.mark.parametrize("value", ["a" * MAX_VALUE + ".com", "", 7, None, {"a": 1}, [[]], "no domain", "localhost"])
def test_what_is_no_domain_is_left_out(value: object) -> None:
    """Too long, empty, of another type, or nothing that somebody registered."""
    assert keys(dns__question__name=value) == []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("203.0.113.66", "203.0.113.66"),
        ("::ffff:203.0.113.66", "203.0.113.66"),
        ("2001:DB8::0:1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("203.0.113", None),
        ("203.0.113.066", None),
        ("1", None),
        ("", None),
    ],
)
def test_an_address_has_one_form(text: str, address: str | None) -> None:
    """The same machine is the same value however the log writes it."""
    found = canonical_address(text)

    assert (str(found) if found else None) == address


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("a.b.evil.co.uk", "evil.co.uk"),
        ("WWW.Evil.COM.", "evil.com"),
        ("co.uk", None),
        ("srv-ad01", None),
        ("dc.ch-vienne.local", None),
        ("c2.evil.example", "evil.example"),
        ("abcdefghij.onion", "abcdefghij.onion"),
        ("10.0.0.1", None),
        ("5.0.0.10.in-addr.arpa", None),
        ("1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", None),
        ("router.home.arpa", None),
    ],
)
def test_a_domain_is_what_somebody_registered(name: str, domain: str | None) -> None:
    """Public suffixes, internal names and questions about an address's name are nobody's."""
    assert registered_domain(name) == domain


@pytest.mark.parametrize("value", ["0" * 64, "-", "N/A", "a" * 5000, ["x"], "g" * 64, "abc"])
def test_what_is_no_hash_is_left_out(value: object) -> None:
    """Zeros, placeholders and texts of any length would tie hospitals together."""
    assert keys(process__hash__sha256=value) == []


def test_the_strongest_hash_is_taken() -> None:
    """One value for one file: SHA-256 before SHA-1 before MD5."""
    assert keys(file__hash__md5="cd" * 16, file__hash__sha256=SHA256) == [f"hash:{SHA256}"]
    assert keys(file__hash__md5="cd" * 16, file__hash__sha1="-") == ["hash:" + "cd" * 16]


def test_the_hash_of_the_system_is_left_out_only_with_both_signs() -> None:
    """An attacker writes a path or a company name at will."""
    digest = {"process.hash.sha256": SHA256}

    assert entities_of({**digest, **SYSTEM}) == ()
    for sign, value in SYSTEM.items():
        assert len(entities_of({**digest, sign: value})) == 1


@pytest.mark.parametrize("name", ["-", "SYSTEM", "SRV-AD01$"])
def test_machine_accounts_are_no_users(name: str) -> None:
    """The system itself and computers' accounts are on every line."""
    assert keys(user__name=name) == []
