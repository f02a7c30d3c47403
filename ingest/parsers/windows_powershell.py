r"""The context that PowerShell writes as text: ``\tKey=Value`` lines in the classic channel, ``Key = Value`` in event 4103."""

from collections.abc import Iterable, Mapping

from ingest.parsers.windows_accounts import set_account
from ingest.parsers.windows_channels import POWERSHELL, POWERSHELL_CLASSIC, POWERSHELL_CORE
from ingest.values import exact, integer, put, word
from schemas.event import Event

_KEYS = frozenset(
    {"CommandLine", "CommandName", "CommandPath", "CommandType", "DetailSequence", "DetailTotal", "EngineVersion"}
    | {"HostApplication", "HostId", "HostName", "HostVersion", "NewCommandState", "NewEngineState", "NewProviderState"}
    | {"PipelineId", "PreviousEngineState", "ProviderName", "RunspaceId", "ScriptName", "SequenceNumber", "UserId"}
)
"""The names that PowerShell 2 to 5.1 writes; a line of a script that looks like another name is a part of the value before."""
_AFTER = "\n\nDetails:"
"""In the rendered text of event 800, what follows the context."""

_MODULE_LOGGING = (
    ("Host Application", "process.command_line", exact),
    ("Host ID", "process.entity_id", word),
    ("Host Name", "process.title", word),
    ("Host Version", "powershell.process.executable_version", word),
    ("Engine Version", "powershell.engine.version", word),
    ("Runspace ID", "powershell.runspace_id", word),
    ("Pipeline ID", "powershell.pipeline_id", word),
    ("Command Name", "powershell.command.name", word),
    ("Command Type", "powershell.command.type", word),
    ("Command Path", "powershell.command.path", word),
    ("Script Name", "file.path", word),
    ("Sequence Number", "event.sequence", integer),
    ("Shell ID", "powershell.id", word),
)


def expand_context(channel: str, data: dict[str, str]) -> None:
    """Add to ``data`` the native fields that a classic event carries inside ``Data``; a key that is already there stays."""
    if channel == POWERSHELL_CLASSIC and "Data" in data:
        parameters = (data.get(f"param{number}", "") for number in range(1, 4))
        context = next((text for text in parameters if text.startswith("\t")), data["Data"])
        for key, value in _classic(context.replace("\r\n", "\n")).items():
            data.setdefault(key, value)


def map_context(event: Event, channel: str, data: Mapping[str, str]) -> None:
    """Set the ECS fields that event 4103 carries inside ``ContextInfo``, and the file of a script block."""
    if channel not in {POWERSHELL, POWERSHELL_CORE}:
        return
    put(event, "file.path", word(data.get("Path", "")))
    context = data.get("ContextInfo")
    if context is None:
        return
    pairs = dict(_module(context))
    for key, field, convert in _MODULE_LOGGING:
        if (text := pairs.get(key)) is not None:
            put(event, field, convert(text))
    set_account(event, "user", pairs.get("User", ""))


def _classic(text: str) -> Mapping[str, str]:
    """A key counts once: what looks like it again is a line of the value before, a script that forges its context."""
    pairs: dict[str, str] = {}
    last = ""
    context, _, _ = text.partition(_AFTER)
    for part in f"\n{context}".split("\n\t")[1:]:
        key, separator, value = part.partition("=")
        if separator and key in _KEYS and key not in pairs:
            last, pairs[key] = key, value
        elif last:
            pairs[last] += f"\n\t{part}"
    return {key: value.strip("\n") for key, value in pairs.items()}


def _module(text: str) -> Iterable[tuple[str, str]]:
    for line in text.splitlines():
        key, separator, value = line.partition(" = ")
        if separator:
            yield key.strip(), value
