"""An establishment as the region declares it."""

import pytest
from pydantic import ValidationError

from schemas.site import Contact, Site, check_finess
from tests.builders import BOURGOIN, VIENNE


@pytest.mark.parametrize("text", ["010000024", "2A0000014", "2B9999999", "990000001"])
def test_a_finess_number_is_nine_characters(text: str) -> None:
    """Text, with its leading zero, and Corsica's letter."""
    assert check_finess(text) == text


@pytest.mark.parametrize(
    "text", ["", "10000024", "0100000240", "2C0000014", "2a0000014", "01000002x", " 010000024", "010000024\n"]
)
def test_what_is_no_finess_number_is_refused_by_name(text: str) -> None:
    """The error shows the text and what it should look like."""
    with pytest.raises(ValueError, match="is not a FINESS number: nine characters, such as 010000024 or 2A0000014"):
        check_finess(text)


def test_digits_of_other_scripts_are_no_digits() -> None:
    """A number that only looks like one would be another site."""
    with pytest.raises(ValueError, match="FINESS"):
        check_finess("٣٨٠٧٨١٤٣٥")


def test_a_site_alone_is_its_own_trust_domain() -> None:
    """Whether it was left out or left empty; a GHT's name stays."""
    assert Site(finess=VIENNE, name="x").trust_domain == VIENNE
    assert Site(finess=VIENNE, name="x", trust_domain="").trust_domain == VIENNE
    assert Site(finess=BOURGOIN, name="x", trust_domain="GHT").trust_domain == "GHT"


def test_a_zone_is_one_of_iana() -> None:
    """Réunion's nights are not Paris'; a name that is a path is no zone."""
    assert Site(finess=VIENNE, name="x", timezone="Indian/Reunion").zone.key == "Indian/Reunion"
    for name in ("Paris", "../../etc/passwd", ""):
        with pytest.raises(ValidationError, match="is not an IANA time zone, such as Europe/Paris"):
            Site(finess=VIENNE, name="x", timezone=name)


@pytest.mark.parametrize("email", ["nobody", "a@b@c", "a b@c", "<a@b>", 'a"@b', "a@b\nBcc: c@d", ""])
def test_what_is_no_mail_address_is_refused(email: str) -> None:
    """Nor what would add a header to a mail."""
    with pytest.raises(ValidationError, match="email"):
        Contact(role="rssi", name="x", email=email)


def test_a_contact_reads_french_unless_it_says_english() -> None:
    """Two languages, no other."""
    assert Contact(role="rssi", name="x", email="a@b.fr").language == "fr"
    with pytest.raises(ValidationError, match="language"):
        Contact(role="rssi", name="x", email="a@b.fr", language="de")
