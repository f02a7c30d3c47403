"""Native Windows fields to ECS, as tables.

The ECS field of a native one is the field that pySigma's ``ecs_windows`` pipeline maps it to, so that a rule written for the native
field finds its text there. Where two native fields of one event claim an ECS field, the row that comes first has it; where ECS
wants something else than the native text (an address in canonical form, a number, no ``-``), the event follows ECS and the native text
stays under ``winlog.event_data``.
"""

from collections.abc import Mapping

from ingest.parsers.windows_channels import POWERSHELL_CLASSIC, SECURITY, SYSMON
from ingest.parsers.windows_rows import Row
from ingest.values import address, boolean, exact, integer, port, word


def _transport(text: str) -> str | None:
    """IANA protocol numbers and names; only what ECS calls a transport."""
    return {"6": "tcp", "17": "udp", "1": "icmp", "58": "ipv6-icmp"}.get(text) or (text.lower() if text.isalpha() else None)


def _initiated(text: str) -> str | None:
    return {"true": "egress", "false": "ingress"}.get(text.lower())


def _filtering_direction(text: str) -> str | None:
    """The Windows Filtering Platform writes message identifiers."""
    return {"%%14592": "ingress", "%%14593": "egress"}.get(text)


def _lower_word(text: str) -> str | None:
    return word(text.lower())


ALWAYS: tuple[Row, ...] = (
    ("Image", "process.executable", exact),
    ("NewProcessName", "process.executable", exact),
    ("SourceImage", "process.executable", exact),
    ("ProcessName", "process.executable", word),
    ("Application", "process.executable", exact),
    ("ProcessGuid", "process.entity_id", exact),
    ("SourceProcessGuid", "process.entity_id", exact),
    ("SourceProcessGUID", "process.entity_id", exact),
    ("NewProcessId", "process.pid", integer),
    ("ProcessId", "process.pid", integer),
    ("ProcessID", "process.pid", integer),
    ("SourceProcessId", "process.pid", integer),
    ("SourceThreadId", "process.thread.id", integer),
    ("CurrentDirectory", "process.working_directory", exact),
    ("ParentProcessGuid", "process.parent.entity_id", exact),
    ("ParentProcessId", "process.parent.pid", integer),
    ("ParentImage", "process.parent.executable", exact),
    ("ParentProcessName", "process.parent.executable", exact),
    ("ParentCommandLine", "process.parent.command_line", exact),
    ("TargetFilename", "file.path", exact),
    ("ImageLoaded", "file.path", exact),
    ("Device", "file.path", exact),
    ("ScriptName", "file.path", word),
    ("FileName", "file.path", exact),
    ("PipeName", "file.name", exact),
    ("SignatureStatus", "file.code_signature.status", exact),
    ("Signed", "file.code_signature.exists", boolean),
    ("TargetObject", "registry.path", exact),
    ("SourceIp", "source.ip", address),
    ("IpAddress", "source.ip", address),
    ("ClientAddress", "source.ip", address),
    ("SourceAddress", "source.ip", address),
    ("SourcePort", "source.port", port),
    ("IpPort", "source.port", port),
    ("SourceHostname", "source.domain", word),
    ("WorkstationName", "source.domain", word),
    ("ClientName", "source.domain", word),
    ("DestinationIp", "destination.ip", address),
    ("DestAddress", "destination.ip", address),
    ("DestinationPort", "destination.port", port),
    ("DestPort", "destination.port", port),
    ("DestinationHostname", "destination.domain", word),
    ("DestinationPortName", "network.protocol", _lower_word),
    ("QueryName", "dns.question.name", exact),
    ("QueryStatus", "sysmon.dns.status", exact),
    ("IsExecutable", "sysmon.file.is_executable", boolean),
    ("Archived", "sysmon.file.archived", boolean),
    ("CommandName", "powershell.command.name", word),
    ("CommandPath", "powershell.command.path", word),
    ("CommandType", "powershell.command.type", word),
    ("HostApplication", "process.command_line", exact),
    ("HostId", "process.entity_id", word),
    ("HostName", "process.title", word),
    ("NewEngineState", "powershell.engine.new_state", word),
    ("PreviousEngineState", "powershell.engine.previous_state", word),
    ("PipelineId", "powershell.pipeline_id", word),
    ("RunspaceId", "powershell.runspace_id", word),
    ("SequenceNumber", "event.sequence", integer),
    ("NewProviderState", "powershell.provider.new_state", word),
    ("MessageNumber", "powershell.sequence", integer),
    ("MessageTotal", "powershell.total", integer),
    ("ScriptBlockText", "powershell.file.script_block_text", exact),
    ("ScriptBlockId", "powershell.file.script_block_id", exact),
)

_VERSION_INFORMATION = (
    ("FileVersion", "file_version"),
    ("Description", "description"),
    ("Product", "product"),
    ("Company", "company"),
    ("OriginalFileName", "original_file_name"),
)
_SIGNATURE: tuple[Row, ...] = (("Signature", "file.code_signature.subject_name", exact),)

BY_CHANNEL: Mapping[str, tuple[Row, ...]] = {
    SECURITY: (
        ("CommandLine", "process.command_line", exact),
        ("ServiceName", "service.name", exact),
        ("Protocol", "network.transport", _transport),
        ("Direction", "network.direction", _filtering_direction),
        ("Workstation", "source.domain", word),
        ("CallerProcessName", "process.executable", word),
        ("CallerProcessId", "process.pid", integer),
    ),
    POWERSHELL_CLASSIC: (
        ("CommandLine", "powershell.command.value", word),
        ("EngineVersion", "powershell.engine.version", word),
        ("HostVersion", "powershell.process.executable_version", word),
        ("ProviderName", "powershell.provider.name", word),
    ),
}

BY_EVENT: Mapping[tuple[str, str], tuple[Row, ...]] = {
    (SECURITY, "4688"): (("ProcessId", "process.parent.pid", integer),),
    (SYSMON, "1"): (
        ("CommandLine", "process.command_line", exact),
        *((native, f"process.pe.{name}", exact) for native, name in _VERSION_INFORMATION),
    ),
    (SYSMON, "3"): (("Protocol", "network.transport", _lower_word), ("Initiated", "network.direction", _initiated)),
    (SYSMON, "6"): _SIGNATURE,
    (SYSMON, "7"): (*((native, f"file.pe.{name}", exact) for native, name in _VERSION_INFORMATION), *_SIGNATURE),
    (SYSMON, "13"): (("Details", "registry.data.strings", lambda text: [text]),),
}


def field_rows(channel: str, code: str) -> tuple[Row, ...]:
    """The rows of one kind of event: its own replace its channel's, those the general ones."""
    rows = (*ALWAYS, *BY_CHANNEL.get(channel, ()), *BY_EVENT.get((channel, code), ()))
    last = {native: rank for rank, (native, _, _) in enumerate(rows)}
    return tuple(row for rank, row in enumerate(rows) if last[row[0]] == rank)
