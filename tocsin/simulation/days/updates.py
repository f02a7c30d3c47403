"""The update that fires rules everywhere: one night a week an editor's agent renews itself at every establishment.

It downloads with PowerShell, installs a service, schedules a task, and the file has one hash at all of them.
"""

from collections.abc import Iterator
from random import Random

from tocsin.simulation.addresses import UPDATE_DOMAIN, UPDATE_SERVER
from tocsin.simulation.clock import after, at_local
from tocsin.simulation.days import internet
from tocsin.simulation.days.day import Day
from tocsin.simulation.happenings import Happening
from tocsin.simulation.places import FILES, RECORDS
from tocsin.simulation.programs import MSIEXEC, POWERSHELL, SCHTASKS, SERVICE_CONTROL, SERVICES, Program
from tocsin.simulation.windows.events import LOCAL_SYSTEM, session
from tocsin.simulation.windows.processes import started, wrote
from tocsin.simulation.windows.services import installed, now_is, scheduled

NAME, ADDRESS = f"maj.{UPDATE_DOMAIN}", UPDATE_SERVER
SERVICE = "AgentSupervision"
FOLDER = "C:\\Program Files\\Supervision Sante"


def agent(seed: int) -> Program:
    """The new version; what it is depends on the seed, not on the place."""
    rng = Random(f"{seed}/agent")  # noqa: S311 - nothing here is secret
    version = f"8.{rng.randrange(10)}.{rng.randrange(100)}"
    image = f"{FOLDER}\\agent.exe"
    return Program(
        image, "agent.exe", "Agent de supervision", "Supervision Santé", "Éditeur fictif", version, f"agent {version} {seed}"
    )


def ordinary(day: Day) -> Iterator[Happening]:
    """Between two and three in the night of the week, on two servers."""
    if not day.is_weekly:
        return
    rng, new = day.rng, agent(day.seed)
    begin = at_local(day.start, day.place.site.zone, 2 + rng.random())
    for server in (FILES, RECORDS):
        who = session(rng, day.place, server, LOCAL_SYSTEM)
        package = f"C:\\Windows\\Temp\\agent-{new.version}.msi"
        url = f"https://{NAME}/agent/{new.version}/agent.msi"
        download = f"powershell.exe -NoProfile -ExecutionPolicy Bypass -Command Invoke-WebRequest -Uri {url} -OutFile {package}"
        moment = after(rng, begin, 0, 600)
        yield from started(rng, moment, who, POWERSHELL, download, SERVICES)
        yield from internet.seen_by_sysmon(rng, after(rng, moment, 0.5, 2), who, POWERSHELL, NAME, ADDRESS)
        yield from internet.outward(rng, after(rng, moment, 0.5, 2), server, NAME, ADDRESS)
        moment = after(rng, moment, 5, 20)
        yield wrote(rng, moment, who, POWERSHELL, package)
        moment = after(rng, moment, 1, 5)
        yield from started(rng, moment, who, MSIEXEC, f"msiexec.exe /i {package} /qn", POWERSHELL)
        moment = after(rng, moment, 5, 20)
        yield installed(moment, who, SERVICE, f'"{new.image}" --service', "auto start")
        yield now_is(after(rng, moment, 0.5, 2), who, SERVICE, "running")
        moment = after(rng, moment, 1, 3)
        yield from started(rng, moment, who, new, f'"{new.image}" --service', SERVICE_CONTROL)
        moment = after(rng, moment, 1, 3)
        command = f'schtasks.exe /create /tn "Supervision\\Verification" /tr "{new.image} --check" /sc daily /ru SYSTEM /f'
        yield from started(rng, moment, who, SCHTASKS, command, MSIEXEC)
        yield scheduled(rng, after(rng, moment, 0.1, 0.5), who, "Supervision\\Verification", new.image)
