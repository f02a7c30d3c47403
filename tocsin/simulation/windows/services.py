"""System 7045 and 7036, Security 4698: services are installed, start and stop; tasks are scheduled."""

from datetime import datetime
from random import Random

from tocsin.simulation.happenings import WindowsEvent
from tocsin.simulation.windows.events import SECURITY, SYSTEM, Session


def installed(time: datetime, who: Session, name: str, path: str, start: str = "demand start") -> WindowsEvent:
    """System 7045."""
    data = {
        "ServiceName": name,
        "ImagePath": path,
        "ServiceType": "user mode service",
        "StartType": start,
        "AccountName": "LocalSystem",
    }
    return WindowsEvent(time, who.computer, SYSTEM, 7045, data)


def now_is(time: datetime, who: Session, name: str, state: str) -> WindowsEvent:
    """System 7036; ``state`` is ``running`` or ``stopped``. ``Binary`` holds the name in UTF-16, as Windows adds it."""
    data = {"param1": name, "param2": state, "Binary": f"{name}/4\0".encode("utf-16-le").hex().upper()}
    return WindowsEvent(time, who.computer, SYSTEM, 7036, data)


def scheduled(rng: Random, time: datetime, who: Session, name: str, command: str) -> WindowsEvent:
    """Security 4698, with the task as XML."""
    task = (
        '<?xml version="1.0" encoding="UTF-16"?>\r\n'
        '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">\r\n'
        f"  <RegistrationInfo>\r\n    <Author>{who.account}</Author>\r\n    <URI>\\{name}</URI>\r\n  </RegistrationInfo>\r\n"
        f'  <Actions Context="Author">\r\n    <Exec>\r\n      <Command>{command}</Command>\r\n    </Exec>\r\n  </Actions>\r\n</Task>'
    )
    data = {
        "SubjectUserSid": who.sid,
        "SubjectUserName": who.user,
        "SubjectDomainName": who.place.netbios,
        "SubjectLogonId": who.logon_id,
        "TaskName": f"\\{name}",
        "TaskContent": task,
        "ClientProcessStartKey": str(rng.getrandbits(50)),
        "ClientProcessId": str(4 * rng.randrange(250, 4000)),
        "ParentProcessId": str(4 * rng.randrange(250, 4000)),
        "RpcCallClientLocality": "0",
        "FQDN": who.computer,
    }
    return WindowsEvent(time, who.computer, SECURITY, 4698, data)
