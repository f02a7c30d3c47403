r"""The programs that run on the simulated machines, with what Sysmon reads from their files."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

MICROSOFT = "Microsoft Corporation"


@dataclass(frozen=True, slots=True)
class Program:
    """An executable file and its version information."""

    image: str
    original: str
    description: str
    product: str = "Microsoft® Windows® Operating System"
    company: str = MICROSOFT
    version: str = "10.0.19041.1 (WinBuild.160101.0800)"
    content: str = ""
    """What the file is, when its path does not tell."""

    @property
    def sha256(self) -> str:
        """The same file has the same hash wherever it is; it is that of no real file."""
        return _sha256(self.content or self.image)

    @property
    def hashes(self) -> str:
        """As Sysmon writes them."""
        return f"SHA256={self.sha256.upper()},IMPHASH={_sha256(f'imports {self.content or self.original}')[:32].upper()}"


@lru_cache(maxsize=1024)
def _sha256(content: str) -> str:
    return sha256(content.encode()).hexdigest()


def _system(name: str, description: str, original: str | None = None, folder: str = "") -> Program:
    return Program(f"C:\\Windows\\System32\\{folder}{name}", original or name, description)


EXPLORER = Program("C:\\Windows\\explorer.exe", "EXPLORER.EXE", "Windows Explorer")
SERVICES = _system("svchost.exe", "Host Process for Windows Services")
CMD = _system("cmd.exe", "Windows Command Processor", "Cmd.Exe")
POWERSHELL = _system("powershell.exe", "Windows PowerShell", "PowerShell.EXE", folder="WindowsPowerShell\\v1.0\\")
CSCRIPT = _system("cscript.exe", "Microsoft ® Console Based Script Host")
VSSADMIN = _system("vssadmin.exe", "Command Line Interface for Microsoft® Volume Shadow Copy Service", "VSSADMIN.EXE")
WBADMIN = _system("wbadmin.exe", "Command Line Interface for Microsoft® BLB Backup", "WBADMIN.EXE")
BCDEDIT = _system("bcdedit.exe", "Boot Configuration Data Editor")
PRINT = Program("C:\\Windows\\splwow64.exe", "splwow64.exe", "Print driver host for applications")
BROWSER = Program(
    "C:\\Program Files\\Mozilla Firefox\\firefox.exe", "firefox.exe", "Firefox", "Firefox", "Mozilla Corporation", "140.4.0"
)
OFFICE = Program(
    "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE", "WinWord.exe", "Microsoft Word", "Microsoft Office"
)
PATIENT_RECORDS = Program(
    "C:\\Program Files\\Dossier Patient\\dpi.exe", "dpi.exe", "Dossier patient", "Dossier patient", "Éditeur fictif", "7.2.0.1"
)
SERVICE_CONTROL = _system("services.exe", "Services and Controller app")
RUNDLL32 = _system("rundll32.exe", "Windows host process (Rundll32)", "RUNDLL32.EXE")
LSASS = _system("lsass.exe", "Local Security Authority Process")
SCHTASKS = _system("schtasks.exe", "Task Scheduler Configuration Tool")
NET = _system("net.exe", "Net Command")
MSIEXEC = _system("msiexec.exe", "Windows® installer", "msiexec.exe")
WHOAMI = _system("whoami.exe", "whoami - displays logged on user information")
NLTEST = _system("nltest.exe", "Microsoft® Logon Server Test Utility", "nltestrk.exe")
PSEXEC = Program(
    "C:\\Outils\\PsExec64.exe",
    "psexec.c",
    "Execute processes remotely",
    "Sysinternals PsExec",
    "Sysinternals - www.sysinternals.com",
    "2.43",
)
PSEXESVC = Program(
    "C:\\Windows\\PSEXESVC.exe",
    "psexesvc.exe",
    "PsExec Service",
    "Sysinternals PsExec",
    "Sysinternals - www.sysinternals.com",
    "2.43",
)
