"""Security 4688 and Sysmon 1, 3, 10, 11, 22: processes start, connect, open one another, write files and ask for names."""

from datetime import datetime
from random import Random
from typing import NamedTuple

from tocsin.simulation.happenings import WindowsEvent
from tocsin.simulation.programs import EXPLORER, Program
from tocsin.simulation.windows.events import LOCAL_SYSTEM, SECURITY, SYSMON, Session, guid, process_id, stamp


class Peer(NamedTuple):
    """The other end of a connection; Sysmon looks the name up by the address and often finds none."""

    ip: str
    port: int
    name: str = "-"


def started(
    rng: Random, time: datetime, who: Session, program: Program, command: str, parent: Program = EXPLORER
) -> tuple[WindowsEvent, WindowsEvent]:
    """A process starts: Security 4688 and Sysmon 1 both say so."""
    pid, parent_pid = (process_id(rng) for _ in range(2))
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
        "IntegrityLevel": "System" if who.user == LOCAL_SYSTEM else "Medium",
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
        "ProcessId": str(process_id(rng)),
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
        "ProcessId": str(process_id(rng)),
        "QueryName": name,
        "QueryStatus": "0",
        "QueryResults": f"::ffff:{answer};",
        "Image": program.image,
        "User": who.account,
    }
    return WindowsEvent(time, who.computer, SYSMON, 22, data)


def wrote(rng: Random, time: datetime, who: Session, program: Program, path: str) -> WindowsEvent:
    """Sysmon 11: the process creates a file."""
    data = {
        **_sysmon(time),
        "ProcessGuid": guid(rng),
        "ProcessId": str(process_id(rng)),
        "Image": program.image,
        "TargetFilename": path,
        "CreationUtcTime": stamp(time),
        "User": who.account,
    }
    return WindowsEvent(time, who.computer, SYSMON, 11, data)


def opened(rng: Random, time: datetime, who: Session, program: Program, target: Program, access: str) -> WindowsEvent:
    """Sysmon 10: the process opens another one; ``access`` is the mask of rights."""
    data = {
        **_sysmon(time),
        "SourceProcessGUID": guid(rng),
        "SourceProcessId": str(process_id(rng)),
        "SourceThreadId": str(process_id(rng)),
        "SourceImage": program.image,
        "TargetProcessGUID": guid(rng),
        "TargetProcessId": "668",
        "TargetImage": target.image,
        "GrantedAccess": access,
        "CallTrace": "C:\\Windows\\SYSTEM32\\ntdll.dll+9d4c4|C:\\Windows\\System32\\KERNELBASE.dll+2c13e|C:\\Windows\\System32\\comsvcs.dll+1a2f",
        "SourceUser": who.account,
        "TargetUser": "NT AUTHORITY\\SYSTEM",
    }
    return WindowsEvent(time, who.computer, SYSMON, 10, data)


def _sysmon(time: datetime) -> dict[str, str]:
    return {"RuleName": "-", "UtcTime": stamp(time)}
