r"""Windows events as Windows and Sysmon say them: the fields of each kind, in their order.

Security 4624, 4634, 4688 (Microsoft, *Audit logon events*, *Audit process creation*) and Sysmon 1, 3, 22 (Sysinternals, *Sysmon*, schema
4.90). Every value is text; the shippers turn some into numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from random import Random
from typing import NamedTuple

from tocsin.simulation.places import Machine, Place
from tocsin.simulation.programs import EXPLORER, Program

SECURITY = "Security"
SYSMON = "Microsoft-Windows-Sysmon/Operational"

NOBODY = "{00000000-0000-0000-0000-000000000000}"


@dataclass(frozen=True, slots=True)
class WindowsEvent:
    """One event of one computer; ``data`` are its named values."""

    time: datetime
    computer: str
    channel: str
    code: int
    data: Mapping[str, str]


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
        return f"{self.place.netbios}\\{self.user}"

    @property
    def sid(self) -> str:
        """A security identifier of the domain, the same for the same name."""
        domain, user = (int(sha256(text.encode()).hexdigest()[:7], 16) for text in (self.place.domain, self.user))
        return f"S-1-5-21-{domain}-{domain // 3}-{domain // 7}-{1100 + user % 5000}"


class Peer(NamedTuple):
    """The other end of a connection; Sysmon looks the name up by the address and often finds none."""

    ip: str
    port: int
    name: str = "-"


def session(rng: Random, place: Place, machine: Machine, user: str) -> Session:
    """A new session with its own logon id."""
    return Session(place, machine, user, hex(rng.randrange(0x10000, 0xFFFFFFF)))


def logon(rng: Random, time: datetime, who: Session, kind: int, source: Machine | None = None) -> WindowsEvent:
    """Security 4624. ``kind`` is the logon type: 2 at the keyboard, 3 from the network, 10 over remote desktop."""
    data = {
        "SubjectUserSid": "S-1-5-18",
        "SubjectUserName": f"{who.machine.name}$",
        "SubjectDomainName": who.place.netbios,
        "SubjectLogonId": "0x3e7",
        "TargetUserSid": who.sid,
        "TargetUserName": who.user,
        "TargetDomainName": who.place.netbios,
        "TargetLogonId": who.logon_id,
        "LogonType": str(kind),
        "LogonProcessName": "Kerberos" if kind == 3 else "User32 ",  # noqa: PLR2004 - the logon type
        "AuthenticationPackageName": "Kerberos" if kind == 3 else "Negotiate",  # noqa: PLR2004 - the logon type
        "WorkstationName": "-" if source else who.machine.name,
        "LogonGuid": guid(rng),
        "TransmittedServices": "-",
        "LmPackageName": "-",
        "KeyLength": "0",
        "ProcessId": hex(4 * rng.randrange(100, 2000)),
        "ProcessName": "C:\\Windows\\System32\\svchost.exe",
        "IpAddress": source.ip if source else "127.0.0.1",
        "IpPort": str(rng.randrange(49152, 65535)) if source else "0",
        "ImpersonationLevel": "%%1833",
        "ElevatedToken": "%%1843",
    }
    return WindowsEvent(time, who.computer, SECURITY, 4624, data)


def logoff(time: datetime, who: Session, kind: int) -> WindowsEvent:
    """Security 4634."""
    data = {
        "TargetUserSid": who.sid,
        "TargetUserName": who.user,
        "TargetDomainName": who.place.netbios,
        "TargetLogonId": who.logon_id,
        "LogonType": str(kind),
    }
    return WindowsEvent(time, who.computer, SECURITY, 4634, data)


def started(
    rng: Random, time: datetime, who: Session, program: Program, command: str, parent: Program = EXPLORER
) -> tuple[WindowsEvent, WindowsEvent]:
    """A process starts: Security 4688 and Sysmon 1 both say so."""
    pid, parent_pid = (4 * rng.randrange(250, 4000) for _ in range(2))
    audit = {
        "SubjectUserSid": who.sid,
        "SubjectUserName": who.user,
        "SubjectDomainName": who.place.netbios,
        "SubjectLogonId": who.logon_id,
        "NewProcessId": hex(pid),
        "NewProcessName": program.image,
        "TokenElevationType": "%%1938",
        "ProcessId": hex(parent_pid),
        "CommandLine": command,
        "TargetUserSid": "S-1-0-0",
        "TargetUserName": "-",
        "TargetDomainName": "-",
        "TargetLogonId": "0x0",
        "ParentProcessName": parent.image,
        "MandatoryLabel": "S-1-16-8192",
    }
    sysmon = {
        **_sysmon(time),
        "ProcessGuid": guid(rng),
        "ProcessId": str(pid),
        "Image": program.image,
        "FileVersion": program.version,
        "Description": program.description,
        "Product": program.product,
        "Company": program.company,
        "OriginalFileName": program.original,
        "CommandLine": command,
        "CurrentDirectory": "C:\\Windows\\system32\\",
        "User": who.account,
        "LogonGuid": guid(rng),
        "LogonId": who.logon_id,
        "TerminalSessionId": "1",
        "IntegrityLevel": "Medium",
        "Hashes": program.hashes,
        "ParentProcessGuid": guid(rng),
        "ParentProcessId": str(parent_pid),
        "ParentImage": parent.image,
        "ParentCommandLine": parent.image,
        "ParentUser": who.account,
    }
    return WindowsEvent(time, who.computer, SECURITY, 4688, audit), WindowsEvent(time, who.computer, SYSMON, 1, sysmon)


def connected(rng: Random, time: datetime, who: Session, program: Program, to: Peer) -> WindowsEvent:
    """Sysmon 3: the process opens a TCP connection."""
    data = {
        **_sysmon(time),
        "ProcessGuid": guid(rng),
        "ProcessId": str(4 * rng.randrange(250, 4000)),
        "Image": program.image,
        "User": who.account,
        "Protocol": "tcp",
        "Initiated": "true",
        "SourceIsIpv6": "false",
        "SourceIp": who.machine.ip,
        "SourceHostname": "-",
        "SourcePort": str(rng.randrange(49152, 65535)),
        "SourcePortName": "-",
        "DestinationIsIpv6": "false",
        "DestinationIp": to.ip,
        "DestinationHostname": to.name,
        "DestinationPort": str(to.port),
        "DestinationPortName": "-",
    }
    return WindowsEvent(time, who.computer, SYSMON, 3, data)


def resolved(rng: Random, time: datetime, who: Session, program: Program, name: str, answer: str) -> WindowsEvent:
    """Sysmon 22: the process asks for a name and gets one address."""
    data = {
        **_sysmon(time),
        "ProcessGuid": guid(rng),
        "ProcessId": str(4 * rng.randrange(250, 4000)),
        "QueryName": name,
        "QueryStatus": "0",
        "QueryResults": f"::ffff:{answer};",
        "Image": program.image,
        "User": who.account,
    }
    return WindowsEvent(time, who.computer, SYSMON, 22, data)


def guid(rng: Random) -> str:
    """A GUID in braces, as Windows writes them."""
    text = f"{rng.getrandbits(128):032x}"
    return f"{{{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}}}"


def _sysmon(time: datetime) -> dict[str, str]:
    return {"RuleName": "-", "UtcTime": time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]}
