"""The names of Windows event channels: shippers vary their case, rules and datasets need one."""

import re
from functools import lru_cache

SECURITY = "Security"
SYSTEM = "System"
SYSMON = "Microsoft-Windows-Sysmon/Operational"
POWERSHELL = "Microsoft-Windows-PowerShell/Operational"
POWERSHELL_CORE = "PowerShellCore/Operational"
POWERSHELL_CLASSIC = "Windows PowerShell"

CHANNELS = (
    SECURITY,
    SYSTEM,
    SYSMON,
    POWERSHELL,
    POWERSHELL_CORE,
    POWERSHELL_CLASSIC,
    "AD FS/Admin",
    "Application",
    "DFS Replication",
    "DNS Server",
    "Directory Service",
    "ForwardedEvents",
    "MSExchange Management",
    "Microsoft-ServiceBus-Client",
    "Microsoft-Windows-AppLocker/EXE and DLL",
    "Microsoft-Windows-AppLocker/MSI and Script",
    "Microsoft-Windows-AppLocker/Packaged app-Deployment",
    "Microsoft-Windows-AppLocker/Packaged app-Execution",
    "Microsoft-Windows-AppModel-Runtime/Admin",
    "Microsoft-Windows-AppXDeploymentServer/Operational",
    "Microsoft-Windows-AppxPackaging/Operational",
    "Microsoft-Windows-BitLocker/BitLocker Management",
    "Microsoft-Windows-Bits-Client/Operational",
    "Microsoft-Windows-CAPI2/Operational",
    "Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational",
    "Microsoft-Windows-CodeIntegrity/Operational",
    "Microsoft-Windows-DHCP-Server/Operational",
    "Microsoft-Windows-DNS Client Events/Operational",
    "Microsoft-Windows-DNS-Server/Analytical",
    "Microsoft-Windows-DNS-Server/Audit",
    "Microsoft-Windows-Diagnosis-Scripted/Operational",
    "Microsoft-Windows-DriverFrameworks-UserMode/Operational",
    "Microsoft-Windows-LDAP-Client/Debug",
    "Microsoft-Windows-LSA/Operational",
    "Microsoft-Windows-NTLM/Operational",
    "Microsoft-Windows-PrintService/Admin",
    "Microsoft-Windows-PrintService/Operational",
    "Microsoft-Windows-RemoteDesktopServices-RdpCoreTS/Operational",
    "Microsoft-Windows-Security-Mitigations/Kernel Mode",
    "Microsoft-Windows-Security-Mitigations/User Mode",
    "Microsoft-Windows-Shell-Core/Operational",
    "Microsoft-Windows-SmbClient/Security",
    "Microsoft-Windows-TaskScheduler/Operational",
    "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational",
    "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational",
    "Microsoft-Windows-VHDMP/Operational",
    "Microsoft-Windows-WMI-Activity/Operational",
    "Microsoft-Windows-WinRM/Operational",
    "Microsoft-Windows-Windows Defender/Operational",
    "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall",
    "OpenSSH/Operational",
    "Setup",
)
"""Spelled as Windows spells them: those that Sigma's log sources name, and the common others."""

_CANONICAL = {channel.lower(): channel for channel in CHANNELS}
_DATASETS = {POWERSHELL_CORE: "windows.powershell", POWERSHELL_CLASSIC: "windows.powershell"}
_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")
_LONGEST_DATASET = 100
"""Characters; a data set names an index."""


def canonical(channel: str) -> str:
    """The channel as Windows spells it; an unknown one as it is."""
    return _CANONICAL.get(channel.lower(), channel)


@lru_cache(maxsize=512)
def dataset(channel: str) -> str:
    """``event.dataset`` of a canonical channel: ``windows.security``, ``windows.sysmon``, ``windows.windows_defender``."""
    if channel in _DATASETS:
        return _DATASETS[channel]
    name = channel.lower().removeprefix("microsoft-windows-").removesuffix("/operational")
    return f"windows.{_NOT_A_LETTER.sub('_', name).strip('_')[:_LONGEST_DATASET] or 'unknown'}"
