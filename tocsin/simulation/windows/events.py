"""What all Windows events share: the channels, the session that somebody has at a machine, and GUIDs."""

from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from random import Random
from typing import NamedTuple

from tocsin.simulation.places import Machine, Place

SECURITY = "Security"
SYSTEM = "System"
SYSMON = "Microsoft-Windows-Sysmon/Operational"
LOCAL_SYSTEM = "SYSTEM"


class Session(NamedTuple):
    """Somebody at a machine: what the fields of all events of one logon share."""

    place: Place
    machine: Machine
    user: str
    logon_id: str

    @property
    def computer(self) -> str:
        """The full name of the machine."""
        return f"{self.machine.name}.{self.place.domain}"

    @property
    def account(self) -> str:
        r"""``DOMAIN\user``."""
        return f"{'NT AUTHORITY' if self.user == LOCAL_SYSTEM else self.place.netbios}\\{self.user}"

    @property
    def sid(self) -> str:
        """The security identifier of the account."""
        return "S-1-5-18" if self.user == LOCAL_SYSTEM else _sid(self.place.domain, self.user)


def session(rng: Random, place: Place, machine: Machine, user: str) -> Session:
    """A new session with its own logon id."""
    return Session(place, machine, user, hex(rng.randrange(0x10000, 0xFFFFFFF)))


@lru_cache(maxsize=4096)
def _sid(domain: str, user: str) -> str:
    """The same for the same name."""
    number, account = (int(sha256(text.encode()).hexdigest()[:7], 16) for text in (domain, user))
    return f"S-1-5-21-{number}-{number // 3}-{number // 7}-{1100 + account % 5000}"


def guid(rng: Random) -> str:
    """A GUID in braces, as Windows writes them."""
    text = f"{rng.getrandbits(128):032x}"
    return f"{{{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}}}"


def stamp(time: datetime) -> str:
    """How Sysmon writes an instant inside its values."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def process_id(rng: Random) -> int:
    """Windows numbers processes in steps of four."""
    return 4 * rng.randrange(250, 4000)
