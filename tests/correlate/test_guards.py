"""Which values tie two hospitals together, and which never do."""

import pytest

from correlate.guards import EMPTY, EVERYWHERE, RESOLVERS, Guards
from schemas.errors import ConfigurationError
from tests.builders import VIENNE, entity, site

EXITS = ("198.51.100.7", "203.0.113.128/25", "203.0.113.77/30")
GUARDS = Guards(
    [site(VIENNE, exits=EXITS)], ["partner.fr", "AB" * 32, "Bill@Supplier.example", "http://Known.example/A", "2001:db8:1::/48"]
)


@pytest.mark.parametrize(
    "value",
    [
        "203.0.113.66",
        "51.75.1.1",
        "ip:2001:db8::1",
        "domain:evil.com",
        "url:https://evil.com/a?b=c",
        "url:http://203.0.113.66:8080/x",
        "url:http://[2001:db8::1]:8080/x",
        "hash:" + "cd" * 32,
        "email:bill@evil.com",
        "email:bill@mail.evil.com",
    ],
)
def test_a_value_of_the_outside_world_links(value: str) -> None:
    """Public addresses, registered domains, URLs of either, hashes and mail senders."""
    assert GUARDS.may_link(entity(value))


@pytest.mark.parametrize(
    "value",
    [
        *("10.10.10.5", "172.16.0.1", "192.168.0.1", "127.0.0.1", "169.254.1.1", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
        *("255.255.255.255", "ip:fe80::1", "ip:fd00::1", "ip:::1", "ip:ff02::1", "240.0.0.1"),
        *("ip:not an address", "host:srv-ad01", "user:admin", "technique:T1059"),
        *("198.51.100.7", "203.0.113.129", "203.0.113.78", "ip:2001:db8:1::5"),
        *("domain:partner.fr", "hash:" + "ab" * 32, "email:bill@supplier.example", "url:http://Known.example/A"),
        *("url:https://www.partner.fr/x", "email:anne@mail.partner.fr"),
        *("url:http://10.0.0.1/x", "url:http://8.8.8.8/x", "url:http://user@192.168.1.1:80/", "url:http://[fe80::1]/", "url:x"),
        *("url:http://intranet/x", "url:http://srv.ch.local/x", "url:http://203.0.113.129/x", "url:"),
        *("email:root@localhost", "email:root@srv.local", "email:@", "email:no address"),
        *("domain:d111.cloudfront.net", "domain:dscb.akamaiedge.net", "url:https://x.blob.core.windows.net/a"),
        *("domain:GOOGLE.com", "url:https://WWW.Google.com/", "email:no-reply@accounts.google.com"),
    ],
)
def test_a_value_that_means_nothing_does_not(value: str) -> None:
    """Reserved, internal, known, declared, malformed, or below a domain that everybody asks for."""
    assert not GUARDS.may_link(entity(value))


def test_the_lists_mean_what_they_say() -> None:
    """Every entry of the built-in lists is a value that would link without them."""
    for address in RESOLVERS:
        assert not GUARDS.may_link(entity(f"ip:{address}"))
    for domain in EVERYWHERE:
        assert not GUARDS.may_link(entity(f"domain:{domain}"))
        assert not GUARDS.may_link(entity(f"domain:any.{domain}"))
    for digest in EMPTY:
        assert not GUARDS.may_link(entity(f"hash:{digest}"))


def test_a_wrong_exit_is_named() -> None:
    """The error says which site, which text, and what was expected."""
    with pytest.raises(ConfigurationError, match=rf"site {VIENNE}: exits: 'gateway' is no address or network, such as"):
        Guards([site(VIENNE, exits=["gateway"])])
