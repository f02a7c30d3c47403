"""Streams of events to detect on, generated and real, each in two forms: for our detector and, field by field the same, for rsigma.

Generated values are unique where a real fleet's are: command lines, paths, users, hashes. Nothing repeats but what names a program.
"""

import gzip
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from correlate.rules.route import source_of
from ingest.normalise import normalise
from schemas.batch import RawBatch
from schemas.event import Event
from schemas.site import Site

SITE = Site(finess="010000024", name="Centre hospitalier")
RECEIVED = datetime(2026, 6, 1, tzinfo=UTC)
NATIVE = "winlog.event_data."
SYSTEM = {
    "winlog.channel": "Channel",
    "winlog.provider_name": "Provider_Name",
    "winlog.computer_name": "Computer",
    "event.code": "EventID",
    "message": "message",
}
KEPT = ("@timestamp", "event.id", "event.kind", "event.dataset", "ecs.version", "organization.id", "event.module", *SYSTEM)


class Lane(NamedTuple):
    """A stream: how many events are only to calibrate on, and in which verdict it counts."""

    name: str
    windows: bool
    before: int
    events: list[Event]


def generated(count: int) -> Iterator[Lane]:
    """The generated streams, ``count`` events to time each."""
    before = 5_000
    makers: tuple[tuple[str, bool, Callable[[random.Random, int], Event]], ...] = (
        ("process creation, generated, all values unique", True, _process),
        ("Sysmon file events, generated, unique", True, _file),
        ("PowerShell script blocks, generated, unique", True, _script),
        ("Cisco commands, generated (keywords)", False, _cisco),
        ("raw syslog, generated (keywords)", False, _syslog),
    )
    for name, windows, make in makers:
        draw = random.Random(name)
        yield Lane(name, windows, before, [make(draw, number) for number in range(before + count)])


def real(corpus: Path, count: int) -> Iterator[Lane]:
    """The streams of the corpus, each in its own order."""
    captures = [list(_captured(corpus / "campaigns" / folder)) for folder in ("empire_2020-09", "covenant_2020-08")]
    for name, events in zip(("Empire captures, real, mixed", "Covenant captures, real, mixed"), captures, strict=True):
        yield Lane(name, True, 5_000, events)
    yield Lane("EVTX samples, real, mixed", True, 1_500, list(_captured(corpus / "logs" / "windows_evtx")))
    started = [event for events in captures for event in events if _is(event, "1")]
    yield Lane("process creation, real, command lines made unique", True, 5_000, list(_repeated(started, 5_000 + count)))
    scripts = [event for events in captures for event in events if _is(event, "4104")]
    yield Lane("PowerShell script blocks, real, made unique", True, 2_000, list(_repeated(scripts, 2_000 + count // 4)))
    yield Lane("raw syslog, real (keywords)", False, 2_000, _auth(corpus / "logs" / "linux_auth" / "elastic_examples_auth.log"))


def for_rsigma(event: Event) -> dict[str, Any]:
    """The same record under Sigma's own names, with the log source that its routing reads.

    A dimension that our routing takes several values for is one of them here; one that has none is a word that no rule states.
    """
    source = source_of(event)
    told = {
        name: min(known, key=_most_precise) if known else "none"
        for name, known in zip(("product", "service", "category"), source, strict=True)
        if known is not None
    }
    fields = {
        SYSTEM.get(name, name.removeprefix(NATIVE)): value for name, value in event.items() if name.startswith((NATIVE, *SYSTEM))
    }
    return {**told, "id": event["event.id"], **fields}


def _most_precise(name: str) -> tuple[bool, str]:
    return name in {"registry_event", "syslog"}, name


def _event(number: int, module: str, **fields: Any) -> Event:
    return {
        "@timestamp": "2026-01-31T10:00:00.000Z",
        "event.id": f"{module}-{number}",
        "event.kind": "event",
        "event.dataset": module,
        "ecs.version": "8.17.0",
        "organization.id": SITE.finess,
        "event.module": module,
        **fields,
    }


def _windows(number: int, channel: str, code: int, **data: str) -> Event:
    fields = {
        "winlog.channel": f"{channel}/Operational",
        "winlog.provider_name": channel,
        "winlog.computer_name": f"PC-{number % 300}.hosp.local",
        "event.code": str(code),
    }
    return _event(number, "windows", **fields, **{NATIVE + name: value for name, value in data.items()})


PROGRAMS = (
    (r"C:\Windows\System32\cmd.exe", "cmd.exe /c dir {0}"),
    (r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe", r"powershell.exe -NoProfile -File C:\Scripts\{0}.ps1"),
    (r"C:\Windows\System32\svchost.exe", "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s {0}"),
    (r"C:\Windows\System32\rundll32.exe", r"rundll32.exe C:\Windows\System32\{0}.dll,Entry"),
    (r"C:\Windows\System32\net.exe", r"net use \\{0}\share"),
    (r"C:\Windows\explorer.exe", r"C:\Windows\explorer.exe /factory,{0}"),
    (r"C:\Program Files\Google\Chrome\Application\chrome.exe", "chrome.exe --type=renderer --field-trial-handle={0}"),
    (r"C:\Windows\System32\reg.exe", r"reg query HKLM\Software\{0}"),
    (r"C:\Windows\System32\schtasks.exe", "schtasks /query /tn {0}"),
    (r"C:\Program Files\Vendor\{0}\agent.exe", r"agent.exe --config C:\ProgramData\{0}\agent.json"),
    (r"C:\Windows\System32\wbem\wmic.exe", "wmic os get {0}"),
    (r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE", r'WINWORD.EXE /n "C:\Users\{0}\Documents\{0}.docx"'),
)


def _word(draw: random.Random) -> str:
    return f"{draw.getrandbits(64):016x}"


def _program(draw: random.Random) -> tuple[str, str]:
    path, line = draw.choice(PROGRAMS)
    return path.format(_word(draw)), line.format(_word(draw))


def _process(draw: random.Random, number: int) -> Event:
    image, line = _program(draw)
    parent, parent_line = _program(draw)
    return _windows(
        number,
        "Microsoft-Windows-Sysmon",
        1,
        UtcTime=f"2026-01-31 10:00:00.{number % 1000:03}",
        ProcessGuid=f"{{{_word(draw)}}}",
        ProcessId=str(draw.randrange(20_000)),
        Image=image,
        FileVersion="10.0.19041.1",
        Description=f"Program {_word(draw)}",
        Product="Microsoft Windows Operating System",
        Company="Microsoft Corporation",
        OriginalFileName=image.rpartition("\\")[2],
        CommandLine=line,
        CurrentDirectory=f"C:\\Users\\{_word(draw)}\\",
        User=f"HOSP\\{_word(draw)}",
        LogonId="0x3e7",
        IntegrityLevel="Medium",
        Hashes=f"SHA256={''.join(_word(draw) for _ in range(4))},IMPHASH={_word(draw)}{_word(draw)}",
        ParentImage=parent,
        ParentCommandLine=parent_line,
    )


def _file(draw: random.Random, number: int) -> Event:
    end = draw.choice(("tmp", "txt", "log", "dat", "docx", "json", "dll", "xml"))
    return _windows(
        number,
        "Microsoft-Windows-Sysmon",
        11,
        UtcTime=f"2026-01-31 10:00:00.{number % 1000:03}",
        ProcessGuid=f"{{{_word(draw)}}}",
        ProcessId=str(draw.randrange(20_000)),
        Image=_program(draw)[0],
        TargetFilename=f"C:\\Users\\{_word(draw)}\\AppData\\Local\\{_word(draw)}\\{_word(draw)}.{end}",
        CreationUtcTime="2026-01-31 10:00:00.000",
        User=f"HOSP\\{_word(draw)}",
    )


_SCRIPT = (
    "function Get-{0} {{ param([string]$Path) Get-ChildItem -Path $Path -Recurse | Where-Object {{ $_.Length -gt 1024 }} }}",
    "$items = Get-Content 'C:\\Data\\{0}.csv' | ConvertFrom-Csv; foreach ($item in $items) {{ Write-Output $item.Name }}",
    "Import-Module ActiveDirectory; Get-ADUser -Filter 'Name -like \"{0}*\"' -Properties mail | Select-Object Name, mail",
    "$session = New-Object -TypeName System.Text.StringBuilder; [void]$session.Append('{0}'); $session.ToString()",
    "Test-Path 'HKLM:\\Software\\{0}'; Start-Sleep -Seconds 5; Restart-Service -Name '{0}' -Force",
)


def _script(draw: random.Random, number: int) -> Event:
    text = "\n".join(draw.choice(_SCRIPT).format(_word(draw)) for _ in range(draw.randrange(2, 9)))
    return _windows(
        number,
        "Microsoft-Windows-PowerShell",
        4104,
        MessageNumber="1",
        MessageTotal="1",
        ScriptBlockText=text,
        ScriptBlockId=_word(draw),
        Path=f"C:\\Scripts\\{_word(draw)}.ps1",
    )


_COMMANDS = (
    "show running-config",
    "show version",
    "configure terminal",
    "show ip route",
    "clear logging",
    "ping",
    "enable",
    "exit",
    "show users",
)


def _cisco(draw: random.Random, number: int) -> Event:
    text = f"<189>rtr-{number % 90}: %AAA-5-CMD: user={_word(draw)} tty={number % 9} cmd={draw.choice(_COMMANDS)} {_word(draw)}"
    return _event(number, "cisco", message=text)


_LINES = (
    "CRON[{1}]: pam_unix(cron:session): session opened for user root by {0}",
    "systemd[1]: Started Session {1} of user {0}.",
    "sshd[{1}]: Accepted publickey for {0} from 10.0.3.4 port {1} ssh2: RSA SHA256:{0}",
    "kernel: [{1}.000000] usb 1-1: new high-speed USB device number {1} {0}",
    "postfix/smtpd[{1}]: connect from unknown[10.2.3.4] {0}",
)


def _syslog(draw: random.Random, number: int) -> Event:
    line = draw.choice(_LINES).format(_word(draw), draw.randrange(30_000))
    text = f"<86>Jan 31 10:00:00 srv-{number % 40} {line} " + " ".join(_word(draw) for _ in range(draw.randrange(30)))
    return _event(number, "linux", message=text)


def _captured(folder: Path) -> Iterator[Event]:
    """What was logged, without what normalisation adds to it."""
    for path in sorted(folder.glob("*.jsonl*")):
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        records = [orjson.loads(line) for line in content.splitlines() if line.strip()]
        lines = [orjson.dumps(record.get("event", record)) for record in records]  # EVTX samples are wrapped
        for event in _normalised(lines, path.name, "windows_event"):
            yield {name: value for name, value in event.items() if name in KEPT or name.startswith(NATIVE)}


def _auth(path: Path) -> list[Event]:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return [_event(number, "linux", message=line) for number, line in enumerate(lines)]


def _normalised(lines: Sequence[bytes], source: str, source_type: str) -> Iterator[Event]:
    records = tuple(lines)
    for start in range(0, len(records), 500):
        part = records[start : start + 500]
        positions = tuple(range(start, start + len(part)))
        batch = RawBatch(
            site=SITE.finess,
            source=source,
            source_type=source_type,
            epoch="1",
            positions=positions,
            records=part,
            received=RECEIVED,
        )
        yield from normalise(batch, SITE)


def _is(event: Event, code: str) -> bool:
    return event.get("event.code") == code and str(event.get("winlog.channel", "")).startswith("Microsoft-Windows-")


def _repeated(events: list[Event], count: int) -> Iterator[Event]:
    """Few real ones over and over, shuffled, each with a word of its own at the end of what it ran."""
    draw = random.Random(len(events))
    for number in range(count):
        event = dict(draw.choice(events))
        for name in (NATIVE + "CommandLine", NATIVE + "ScriptBlockText"):
            if name in event:
                event[name] = f"{event[name]} {_word(draw)}"
        yield {**event, "event.id": f"{event['event.id']}-{number}"}
