r"""The programs that run on the simulated machines, with what Sysmon reads from their files."""

from dataclasses import dataclass
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

    @property
    def hashes(self) -> str:
        """As Sysmon writes them. The same file has the same hashes wherever it is; they are those of no real file."""
        digest = sha256(self.image.encode()).hexdigest().upper()
        return f"SHA256={digest},IMPHASH={digest[:32]}"


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
