"""Security 4624, 4625, 4634, 4740: somebody comes, is refused, leaves, is locked out."""

from datetime import datetime
from random import Random

from tocsin.simulation.happenings import WindowsEvent
from tocsin.simulation.places import DIRECTORY, Machine, Place
from tocsin.simulation.windows.events import SECURITY, Session, guid, session

AT_KEYBOARD, FROM_NETWORK, REMOTE_DESKTOP = 2, 3, 10
"""Logon types."""
WRONG_PASSWORD = "0xc000006a"  # noqa: S105 - a status code of Windows


def logon(rng: Random, time: datetime, who: Session, kind: int, source: Machine | None = None, package: str = "") -> WindowsEvent:
    """Security 4624. ``package`` is by default Kerberos from the network and Negotiate else."""
    network = kind == FROM_NETWORK
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
        "LogonProcessName": ("NtLmSsp " if package == "NTLM" else "Kerberos") if network else "User32 ",
        "AuthenticationPackageName": package or ("Kerberos" if network else "Negotiate"),
        "WorkstationName": source.name if source and package == "NTLM" else "-" if source else who.machine.name,
        "LogonGuid": guid(rng),
        "TransmittedServices": "-",
        "LmPackageName": "NTLM V2" if package == "NTLM" else "-",
        "KeyLength": "128" if package == "NTLM" else "0",
        "ProcessId": hex(4 * rng.randrange(100, 2000)),
        "ProcessName": "C:\\Windows\\System32\\svchost.exe",
        "IpAddress": source.ip if source else "127.0.0.1",
        "IpPort": str(rng.randrange(49152, 65535)) if source else "0",
        "ImpersonationLevel": "%%1833",
        "ElevatedToken": "%%1843",
    }
    return WindowsEvent(time, who.computer, SECURITY, 4624, data)


def refused(rng: Random, time: datetime, who: Session, kind: int, source: Machine | None = None) -> WindowsEvent:
    """Security 4625: a wrong password."""
    data = {
        "SubjectUserSid": "S-1-5-18",
        "SubjectUserName": f"{who.machine.name}$",
        "SubjectDomainName": who.place.netbios,
        "SubjectLogonId": "0x3e7",
        "TargetUserSid": "S-1-0-0",
        "TargetUserName": who.user,
        "TargetDomainName": who.place.netbios,
        "Status": "0xc000006d",
        "FailureReason": "%%2313",
        "SubStatus": WRONG_PASSWORD,
        "LogonType": str(kind),
        "LogonProcessName": "NtLmSsp " if kind == FROM_NETWORK else "User32 ",
        "AuthenticationPackageName": "NTLM" if kind == FROM_NETWORK else "Negotiate",
        "WorkstationName": source.name if source else who.machine.name,
        "TransmittedServices": "-",
        "LmPackageName": "-",
        "KeyLength": "0",
        "ProcessId": hex(4 * rng.randrange(100, 2000)),
        "ProcessName": "C:\\Windows\\System32\\svchost.exe",
        "IpAddress": source.ip if source else "127.0.0.1",
        "IpPort": str(rng.randrange(49152, 65535)) if source else "0",
    }
    return WindowsEvent(time, who.computer, SECURITY, 4625, data)


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


def locked(rng: Random, time: datetime, place: Place, user: str, machine: Machine) -> WindowsEvent:
    """Security 4740, of the directory: too many wrong passwords at a machine."""
    who = session(rng, place, DIRECTORY, user)
    data = {
        "TargetUserName": user,
        "TargetDomainName": machine.name,
        "TargetSid": who.sid,
        "SubjectUserSid": "S-1-5-18",
        "SubjectUserName": f"{DIRECTORY.name}$",
        "SubjectDomainName": place.netbios,
        "SubjectLogonId": "0x3e7",
    }
    return WindowsEvent(time, who.computer, SECURITY, 4740, data)
