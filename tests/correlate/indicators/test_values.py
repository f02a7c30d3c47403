"""correlate.indicators.values and urls: one form for what feeds and logs write in many."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from correlate.indicators import names, urls, values
from correlate.indicators.indicator import Kind
from correlate.indicators.refusal import Because, Unusable


@pytest.mark.parametrize(
    ("written", "kind", "value"),
    [
        ("203.0.113.66", Kind.IP, "203.0.113.66"),
        (" 203[.]0[.]113[.]66 ", Kind.IP, "203.0.113.66"),
        ("203(.)0(.)113(.)66", Kind.IP, "203.0.113.66"),
        ("::ffff:203.0.113.66", Kind.IP, "203.0.113.66"),
        ("2001:DB8:0:0::1", Kind.IP, "2001:db8::1"),
        ("[2001:db8::1]", Kind.IP, "2001:db8::1"),
        ("203.0.113.66/32", Kind.IP, "203.0.113.66"),
        ("203.0.113.66/24", Kind.NETWORK, "203.0.113.0/24"),
        ("::ffff:203.0.113.0/120", Kind.NETWORK, "203.0.113.0/24"),
        ("2001:db8::/48", Kind.NETWORK, "2001:db8::/48"),
    ],
)
def test_an_address_has_one_form(written: str, kind: Kind, value: str) -> None:
    """Defanged, mapped, in brackets or long: the same address."""
    assert values.address(written) == (kind, value)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Evil.Example.", "evil.example"),
        ("*.evil.example", "evil.example"),
        (".evil.example", "evil.example"),
        ("evil[dot]example", "evil.example"),
        ("evil\\.example", "evil.example"),
        ("hôpital.example", "xn--hpital-ixa.example"),
        ("XN--HPITAL-IXA.example", "xn--hpital-ixa.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("_dmarc.evil.example", "_dmarc.evil.example"),
    ],
)
def test_a_name_has_one_form(written: str, name: str) -> None:
    """Case, final dot, wildcard, defanging and scripts of the world do not tell names apart."""
    assert values.domain(written) == (Kind.DOMAIN, name)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("hxxps://evil[.]example/a", "http://evil.example/a"),
        ("hxxp[://]evil.example/a", "http://evil.example/a"),
        ("https://user:secret@EVIL.example:443/a#top", "http://evil.example/a"),
        ("http://evil.example:080", "http://evil.example/"),
        ("http://evil.example:8080/A?b=C#d", "http://evil.example:8080/A?b=C"),
        ("evil.example/a", "http://evil.example/a"),
        ("//evil.example/a", "http://evil.example/a"),
        ("http://evil.example/%7ea/%c3%a9/./b/../c", "http://evil.example/~a/%C3%A9/c"),
        ("http://evil.example/é x", "http://evil.example/%C3%A9%20x"),
        ("http://evil.example/a/..", "http://evil.example/"),
        ("http://[2001:DB8::1]:8080/", "http://[2001:db8::1]:8080/"),
        ("http://[::ffff:203.0.113.66]/", "http://203.0.113.66/"),
        ("smb://203.0.113.66/share/a.exe", "smb://203.0.113.66/share/a.exe"),
        ("http://evil.example\\a", "http://evil.example/a"),
        ("http:///a", None),
        ("/index.php?a=http://evil.example", None),
        ("http://0xcb007142/", None),
        ("http://" + "a" * 5000, None),
    ],
)
def test_a_url_has_one_form(written: str, text: str | None) -> None:
    """Scheme, credentials, port, escapes, dots and fragment do not hide a place; what has no host is no URL."""
    if text is None:
        with pytest.raises(Unusable) as refused:
            values.url(written)
        assert refused.value.because is Because.INVALID
    else:
        assert values.url(written) == (Kind.URL, text)


@given(st.text(max_size=60))
def test_a_url_in_its_form_keeps_it(text: str) -> None:
    """What is canonical is its own canonical form, whatever it was made of."""
    first = urls.canonical(f"http://evil.example/{text}")
    assert first is not None
    assert urls.canonical(first.text) == first


@given(st.text(alphabet="ab.-/?=%#@:_~AZ09!\\ é", max_size=40), st.sampled_from(["http", "https", "ftp"]))
def test_the_short_way_is_the_long_way(text: str, scheme: str) -> None:
    """What is told to be canonical in one step is what all steps make of it."""
    for written in (f"{scheme}://{text}", f"{scheme}://evil.example/{text}"):
        simple, whole = urls.SIMPLE.fullmatch(written), urls.canonical(written)
        assert simple is None or (whole is not None and (urls.of_simple(simple), simple["host"]) == whole)


def test_the_short_way_is_taken() -> None:
    """An ordinary URL of a log takes it, and a long hostile one costs linear time."""
    assert urls.SIMPLE.fullmatch("https://www.evil.example/a/b.php?c=d&e=f")
    assert not urls.SIMPLE.fullmatch("http://evil.example" + "/a" * 100_000 + "\n")
    assert not urls.SIMPLE.fullmatch("http://" + "a." * 100_000 + "\n")


@given(st.text(max_size=300))
def test_a_name_in_its_form_keeps_it(text: str) -> None:
    """A canonical name is canonical, and is one that the DNS can carry."""
    name = names.domain(text)
    assert name is None or (names.domain(name) == name and name.isascii() and len(name) <= names.MAX_NAME)


@pytest.mark.parametrize(
    ("written", "box"),
    [
        ("Mallory@Evil.Example", "mallory@evil.example"),
        ("mallory[@]evil[.]example", "mallory@evil.example"),
        ("mallory(at)evil.example", "mallory@evil.example"),
        ("mailto:mallory@evil.example", "mallory@evil.example"),
        ('"M" <mallory@evil.example>', "mallory@evil.example"),
    ],
)
def test_a_mail_address_has_one_form(written: str, box: str) -> None:
    """With a display name, defanged or in capitals: the same box."""
    assert values.email(written) == (Kind.EMAIL, box)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (values.address, "203.0.113.300"),
        (values.address, "203.0.113.66:80"),
        (values.address, ""),
        (values.domain, "evil example"),
        (values.domain, "203.0.113.66"),
        (values.domain, "1.2.3"),
        (values.domain, "a" * 64 + ".example"),
        (values.domain, "x." * 200 + "example"),
        (values.email, "evil.example"),
        (values.email, "@evil.example"),
        (values.email, "a b@evil.example"),
        (values.file_hash, "0" * 31),
        (values.file_hash, "g" * 32),
        (values.file_hash, "a" * 128),
    ],
)
def test_what_is_no_value_is_refused_with_the_text(read: Callable[[str], values.Value], text: str) -> None:
    """A feed that lists nonsense is told so; nothing is guessed."""
    with pytest.raises(Unusable) as refused:
        read(text)
    assert refused.value.because is Because.INVALID


@given(st.text(max_size=400), st.sampled_from(sorted(values.READERS)))
def test_any_text_is_a_value_or_refused(text: str, kind: Kind) -> None:
    """A hostile feed cannot make a reader fail in another way."""
    try:
        found, value = values.READERS[kind](text)
    except Unusable:
        return
    assert found in Kind
    assert value
