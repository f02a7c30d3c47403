"""Who has which public address. They are those of RFC 5737 and RFC 3849, which are nobody's, split so that no two meanings share one.

======================= ===================================================================================
``192.0.2.1`` to 120    exits of establishments, two each
``192.0.2.130`` to 199  sites in the Internet that everybody uses
``192.0.2.200`` to 210  suppliers and the region's own scanner, declared as known
``198.51.100.1`` to 40  scanners that try every establishment
``198.51.100.41`` on    homes of staff, then holidays abroad, then mobile networks that many patients share
``203.0.113.0/24``      attackers; the ordinary day has none of it
``2001:db8::/32``       patients' homes, and those of staff of invented establishments
======================= ===================================================================================
"""

from random import Random

MAX_SITES = 60
SUPPLIER_EXIT = "192.0.2.201"
"""Where ``telemaint`` logs in from, at every establishment."""
PACS_EXIT = "192.0.2.202"
"""Where ``pacs-maint`` logs in from."""
ASSESSOR = "192.0.2.210"
"""The vulnerability scanner of the GRADeS."""
UPDATE_SERVER, UPDATE_DOMAIN = "192.0.2.170", "supervision-sante.example"
"""Where an editor that every establishment buys from keeps its updates."""
KNOWN = (SUPPLIER_EXIT, PACS_EXIT, ASSESSOR, UPDATE_SERVER, UPDATE_DOMAIN)
"""What the region declares in ``never_link``."""

SCANNERS = tuple(f"198.51.100.{number}" for number in (3, 7, 11, 14, 19, 23, 27, 31, 33, 38))
"""They try every establishment every day."""
SCANNER_COUNTRIES = ("United States", "Netherlands", "China", "Bulgaria", "Russian Federation")
ABROAD = tuple(
    (f"198.51.100.{220 + number}", country) for number, country in enumerate(("Portugal", "Greece", "Morocco", "Italy"))
)
"""Holiday addresses with the country that a firewall sees."""
SHARED_MOBILE = tuple(f"198.51.100.{number}" for number in range(240, 250))
"""Addresses of mobile networks: many patients behind each, at any establishment."""

_HOMES_FROM, _HOMES_EACH, _HOMES_FOR = 41, 20, 8


def exits(rank: int) -> tuple[str, str]:
    """The public addresses of an establishment: its people's, and that of its services."""
    return f"192.0.2.{1 + 2 * rank}", f"192.0.2.{2 + 2 * rank}"


def home(rank: int, number: int) -> str:
    """Where a member of the staff lives; no two homes share an address."""
    if rank < _HOMES_FOR and number < _HOMES_EACH:
        return f"198.51.100.{_HOMES_FROM + _HOMES_EACH * rank + number}"
    return f"2001:db8:{0xA0 + rank:x}:{number:x}::1"


def patient(rng: Random) -> str:
    """Where a patient reads the portal from."""
    if rng.random() < 0.3:  # noqa: PLR2004 - the share of mobile networks
        return rng.choice(SHARED_MOBILE)
    return f"2001:db8:{rng.randrange(0x1000, 0xF000):x}:{rng.randrange(0x10000):x}::{rng.randrange(1, 0x10000):x}"


def hostile(rng: Random, count: int) -> list[str]:
    """Addresses of attackers, all different."""
    return [f"203.0.113.{number}" for number in rng.sample(range(1, 255), count)]
