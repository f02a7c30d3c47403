"""The log sources of the Sigma taxonomy as tables: what in an event says product, service or category."""

from sigma.pipelines.common import windows_logsource_mapping

WINDOWS_SERVICES = {
    **{
        name: (channels,) if isinstance(channels, str) else tuple(channels)
        for name, channels in windows_logsource_mapping.items()
    },
    "dns-client": ("Microsoft-Windows-DNS-Client/Operational", "Microsoft-Windows-DNS Client Events/Operational"),
    "iis-configuration": ("Microsoft-IIS-Configuration/Operational",),
    "ldap": ("Microsoft-Windows-LDAP-Client/Debug",),
    "smbclient-connectivity": ("Microsoft-Windows-SmbClient/Connectivity",),
    "smbserver-connectivity": ("Microsoft-Windows-SMBServer/Connectivity",),
}
"""Sigma service → channels: pySigma's table and the services of SigmaHQ that it lacks."""

SERVICES_BY_CHANNEL = {
    channel.lower(): frozenset(name for name, channels in WINDOWS_SERVICES.items() if channel in channels)
    for channels in WINDOWS_SERVICES.values()
    for channel in channels
}
SERVICE_BY_PROVIDER: dict[str, frozenset[str]] = {
    "microsoft-windows-sysmon": frozenset({"sysmon"}),
    "microsoft-windows-security-auditing": frozenset({"security"}),
    "microsoft-windows-powershell": frozenset({"powershell"}),
    "powershell": frozenset({"powershell-classic"}),
    "microsoft-windows-windows defender": frozenset({"windefend"}),
}
"""For events that name their provider and not their channel."""

_ANTIVIRUS = frozenset({"antivirus"})
WINDOWS_CATEGORIES: dict[tuple[str, str], frozenset[str]] = {
    ("security", "4688"): frozenset({"process_creation"}),
    ("sysmon", "1"): frozenset({"process_creation"}),
    ("sysmon", "2"): frozenset({"file_change"}),
    ("sysmon", "3"): frozenset({"network_connection"}),
    ("sysmon", "4"): frozenset({"sysmon_status"}),
    ("sysmon", "5"): frozenset({"process_termination"}),
    ("sysmon", "6"): frozenset({"driver_load"}),
    ("sysmon", "7"): frozenset({"image_load"}),
    ("sysmon", "8"): frozenset({"create_remote_thread"}),
    ("sysmon", "9"): frozenset({"raw_access_thread"}),
    ("sysmon", "10"): frozenset({"process_access"}),
    ("sysmon", "11"): frozenset({"file_event"}),
    ("sysmon", "12"): frozenset({"registry_event", "registry_add", "registry_delete"}),
    ("sysmon", "13"): frozenset({"registry_event", "registry_set"}),
    ("sysmon", "14"): frozenset({"registry_event", "registry_rename"}),
    ("sysmon", "15"): frozenset({"create_stream_hash"}),
    ("sysmon", "16"): frozenset({"sysmon_status"}),
    ("sysmon", "17"): frozenset({"pipe_created"}),
    ("sysmon", "18"): frozenset({"pipe_created"}),
    ("sysmon", "19"): frozenset({"wmi_event"}),
    ("sysmon", "20"): frozenset({"wmi_event"}),
    ("sysmon", "21"): frozenset({"wmi_event"}),
    ("sysmon", "22"): frozenset({"dns_query"}),
    ("sysmon", "23"): frozenset({"file_delete"}),
    ("sysmon", "24"): frozenset({"clipboard_capture"}),
    ("sysmon", "25"): frozenset({"process_tampering"}),
    ("sysmon", "26"): frozenset({"file_delete"}),
    ("sysmon", "27"): frozenset({"file_block_executable"}),
    ("sysmon", "28"): frozenset({"file_block_shredding"}),
    ("sysmon", "29"): frozenset({"file_executable_detected"}),
    ("sysmon", "255"): frozenset({"sysmon_error"}),
    ("powershell", "4103"): frozenset({"ps_module"}),
    ("powershell", "4104"): frozenset({"ps_script"}),
    ("powershell-classic", "400"): frozenset({"ps_classic_start"}),
    ("powershell-classic", "600"): frozenset({"ps_classic_provider_start"}),
    ("powershell-classic", "800"): frozenset({"ps_classic_script"}),
    **dict.fromkeys(
        (("windefend", code) for code in ("1006", "1007", "1008", "1009", "1015", "1116", "1117", "1118", "1119")), _ANTIVIRUS
    ),
}
"""Service and event id → category (Sigma taxonomy 2.1, *Windows*; Sysmon's own event ids)."""

ECS_CATEGORIES: dict[str, frozenset[str]] = {
    "authentication": frozenset({"authentication"}),  # not of Sigma's taxonomy, which has no word for logins to a VPN
    "web": frozenset({"webserver", "proxy"}),
    "network": frozenset({"firewall", "network_connection", "dns", "dns_query"}),
    "process": frozenset({"process_creation"}),
    "file": frozenset({"file_event", "file_change", "file_rename", "file_delete", "file_access"}),
    "registry": frozenset({"registry_event", "registry_add", "registry_set", "registry_delete", "registry_rename"}),
    "driver": frozenset({"driver_load"}),
    "library": frozenset({"image_load"}),
    "malware": _ANTIVIRUS,
    "database": frozenset({"database"}),
}
"""``event.category`` → Sigma categories; ECS categories that are not here have none."""

LINUX_MODULES: dict[str, frozenset[str]] = {
    "sshd": frozenset({"sshd", "auth", "syslog"}),
    "linux": frozenset({"auth", "syslog"}),
    "linux_auth": frozenset({"auth", "syslog"}),
    "system": frozenset({"auth", "syslog"}),
    "auditd": frozenset({"auditd"}),
}
"""``event.module`` → Sigma services of product linux; the program that wrote the line is one more."""

WEB_MODULES = frozenset({"apache", "haproxy", "iis", "nginx", "squid", "traefik", "web"})

MODULE_PRODUCTS: dict[str, frozenset[str]] = {
    **{module: frozenset({module}) for module in ("stormshield", "suricata", "windows", "zeek", *sorted(WEB_MODULES))},
    **dict.fromkeys(LINUX_MODULES, frozenset({"linux"})),
    "fortigate": frozenset({"fortigate", "fortios"}),
    "fortinet": frozenset({"fortigate", "fortios"}),
    "o365": frozenset({"m365"}),
    "panw": frozenset({"paloalto"}),
    "zeek_json": frozenset({"zeek"}),
}
"""``event.module`` → Sigma products, whatever machine the log comes from; any other module is the product of that name, and the
machine's system is one more."""

UNTOLD = frozenset({"ecs", "auto", ""})
"""Modules that say nothing about the product."""

MODULE_CATEGORIES: dict[str, frozenset[str]] = {
    **dict.fromkeys(WEB_MODULES - {"squid"}, frozenset({"webserver"})),
    **dict.fromkeys(("linux", "linux_auth", "sshd", "system"), frozenset()),
    "squid": frozenset({"proxy"}),
}
"""Modules that are more precise than ``event.category``: ECS has one category for servers and proxies, and a line of ``auth.log``
is of none of Sigma's, understood or not."""
