"""The fields that events may carry, with their types: those of ECS 8.17 that 9.x still has, and the roots that hold any name.

Types are Elasticsearch's; *keyword* stands for every text type. A field of any type may hold a list (ECS reference, *Field types*).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ingest.values import address
from schemas.event import Event

OPEN_ROOTS = ("labels.", "winlog.", "powershell.", "sysmon.", "suricata.", "zeek.", "tocsin.")
"""Roots with any name below: ECS's own for free labels, three as Winlogbeat fills them, two as Filebeat does, ours."""

_PLAIN = {
    "date": "@timestamp event.created event.ingested event.start event.end file.created file.mtime file.accessed file.ctime"
    " process.start process.end process.parent.start",
    "keyword": "message tags ecs.version"
    " agent.id agent.name agent.type agent.version agent.ephemeral_id"
    " cloud.account.id cloud.account.name cloud.availability_zone cloud.instance.id cloud.instance.name cloud.machine.type"
    " cloud.project.id cloud.provider cloud.region cloud.service.name"
    " container.id container.name container.image.name"
    " data_stream.dataset data_stream.namespace data_stream.type"
    " device.id device.manufacturer device.model.identifier device.model.name"
    " dns.answers.data dns.answers.name dns.answers.type dns.answers.class dns.header_flags dns.id dns.op_code"
    " dns.question.class dns.question.name dns.question.registered_domain dns.question.subdomain"
    " dns.question.top_level_domain dns.question.type dns.response_code dns.type"
    " email.from.address email.sender.address email.to.address email.cc.address email.bcc.address email.reply_to.address"
    " email.subject email.message_id email.local_id email.direction email.x_mailer email.content_type"
    " email.attachments.file.name email.attachments.file.extension email.attachments.file.mime_type"
    " email.attachments.file.hash.md5 email.attachments.file.hash.sha1 email.attachments.file.hash.sha256"
    " error.code error.id error.message error.stack_trace error.type"
    " event.action event.agent_id_status event.category event.code event.dataset event.hash event.id event.kind event.module"
    " event.original event.outcome event.provider event.reason event.reference event.timezone event.type event.url"
    " file.attributes file.device file.directory file.drive_letter file.extension file.gid file.group file.inode"
    " file.mime_type file.mode file.name file.owner file.path file.target_path file.type file.uid"
    " group.domain group.id group.name"
    " host.architecture host.domain host.hostname host.id host.mac host.name host.type host.os.family host.os.full host.os.kernel"
    " host.os.name host.os.platform host.os.type host.os.version"
    " http.request.id http.request.method http.request.mime_type http.request.referrer http.response.mime_type http.version"
    " log.file.path log.level log.logger log.origin.file.name log.origin.function"
    " log.syslog.appname log.syslog.facility.name log.syslog.hostname log.syslog.msgid log.syslog.procid"
    " log.syslog.severity.name log.syslog.version"
    " network.application network.community_id network.direction network.iana_number network.name network.protocol"
    " network.transport network.type network.vlan.id network.vlan.name"
    " observer.hostname observer.mac observer.name observer.product observer.serial_number observer.type observer.vendor"
    " observer.version observer.ingress.interface.name observer.ingress.zone observer.egress.interface.name observer.egress.zone"
    " organization.id organization.name"
    " registry.data.bytes registry.data.strings registry.data.type registry.hive registry.key registry.path registry.value"
    " related.hash related.hosts related.user"
    " rule.author rule.category rule.description rule.id rule.license rule.name rule.reference rule.ruleset rule.uuid rule.version"
    " service.address service.environment service.id service.name service.node.name service.state service.type service.version"
    " span.id trace.id transaction.id"
    " threat.framework threat.group.id threat.group.name threat.indicator.type threat.indicator.description"
    " threat.indicator.domain threat.indicator.url.full threat.indicator.provider threat.indicator.name threat.indicator.confidence"
    " threat.indicator.marking.tlp threat.software.id threat.software.name threat.tactic.id threat.tactic.name"
    " threat.tactic.reference threat.technique.id threat.technique.name threat.technique.reference"
    " threat.technique.subtechnique.id threat.technique.subtechnique.name"
    " tls.cipher tls.client.ja3 tls.client.server_name tls.client.subject tls.client.issuer tls.server.ja3s tls.server.subject"
    " tls.server.issuer tls.version tls.version_protocol tls.curve tls.next_protocol"
    " url.domain url.extension url.fragment url.full url.original url.password url.path url.query url.registered_domain"
    " url.scheme url.subdomain url.top_level_domain url.username"
    " user_agent.device.name user_agent.name user_agent.original user_agent.version user_agent.os.name user_agent.os.full"
    " vulnerability.id vulnerability.category vulnerability.severity vulnerability.description vulnerability.reference",
    "ip": "dns.resolved_ip host.ip observer.ip related.ip threat.indicator.ip network.forwarded_ip",
    "long": "container.cpu.usage dns.answers.ttl event.duration event.sequence event.severity file.size"
    " host.uptime http.request.bytes http.request.body.bytes http.response.bytes http.response.body.bytes"
    " http.response.status_code log.origin.file.line log.syslog.facility.code log.syslog.priority log.syslog.severity.code"
    " network.bytes network.packets threat.indicator.port threat.indicator.sightings url.port",
    "float": "event.risk_score event.risk_score_norm vulnerability.score.base host.risk.calculated_score",
    "boolean": "tls.established tls.resumed",
}

_REUSED: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("source", "destination", "client", "server"), "ip", "ip nat.ip"),
    (("source", "destination", "client", "server"), "long", "port nat.port bytes packets as.number"),
    (
        ("source", "destination", "client", "server"),
        "keyword",
        (
            "address domain mac registered_domain subdomain top_level_domain as.organization.name geo.city_name geo.country_iso_code"
            " geo.country_name geo.region_name geo.name user.domain user.email user.full_name user.id user.name"
        ),
    ),
    (
        ("user", "user.target", "user.effective", "user.changes"),
        "keyword",
        "domain email full_name hash id name roles group.domain group.id group.name",
    ),
    (
        ("process", "process.parent"),
        "keyword",
        (
            "args command_line entity_id executable name title working_directory thread.name hash.md5 hash.sha1 hash.sha256"
            " hash.sha512 user.id user.name"
        ),
    ),
    (("process", "process.parent"), "long", "pid args_count exit_code thread.id uptime"),
    (
        ("process", "process.parent", "file"),
        "keyword",
        (
            "pe.company pe.description pe.file_version pe.imphash pe.original_file_name pe.product pe.architecture"
            " code_signature.subject_name code_signature.status code_signature.signing_id code_signature.team_id"
        ),
    ),
    (("process", "process.parent", "file"), "boolean", "code_signature.exists code_signature.trusted code_signature.valid"),
    (("file", "dll"), "keyword", "hash.md5 hash.sha1 hash.sha256 hash.sha512"),
    (("tls.client", "tls.server"), "keyword", "hash.md5 hash.sha1 hash.sha256"),
    (("tls.client", "tls.server"), "date", "not_before not_after"),
    (
        ("file", "tls.client", "tls.server"),
        "keyword",
        (
            "x509.alternative_names x509.issuer.distinguished_name x509.public_key_algorithm x509.serial_number"
            " x509.signature_algorithm x509.subject.distinguished_name x509.version_number"
        ),
    ),
    (("file", "tls.client", "tls.server"), "date", "x509.not_before x509.not_after"),
    (("file", "tls.client", "tls.server"), "long", "x509.public_key_size"),
    (("dll",), "keyword", "name path pe.imphash pe.original_file_name code_signature.subject_name code_signature.status"),
)


def _named() -> Iterator[tuple[str, str]]:
    for kind, names in _PLAIN.items():
        yield from ((name, kind) for name in names.split())
    for owners, kind, names in _REUSED:
        yield from ((f"{owner}.{name}", kind) for owner in owners for name in names.split())


FIELDS: Mapping[str, str] = dict(_named())
"""Name of each allowed ECS field, and its type."""

_IS: Mapping[str, Callable[[Any], bool]] = {
    "date": lambda value: isinstance(value, str),
    "keyword": lambda value: isinstance(value, str),
    "ip": lambda value: isinstance(value, str) and address(value) is not None,
    "long": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "float": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
}


def unknown_fields(event: Event) -> list[str]:
    """The fields that are neither in ECS nor under an open root, sorted."""
    return sorted(name for name in event if name not in FIELDS and not name.startswith(OPEN_ROOTS))


def mistyped_fields(event: Event) -> list[str]:
    """The ECS fields whose value, or an item of it, is not of the field's type, sorted."""
    known = ((name, value) for name, value in event.items() if name in FIELDS)
    return sorted(name for name, value in known if type(value) is not EXACT.get(name) and not fits(name, value))


_EXACT = {"date": str, "keyword": str, "long": int, "boolean": bool}
EXACT: Mapping[str, type] = {name: _EXACT[kind] for name, kind in FIELDS.items() if kind in _EXACT}
"""The Python type whose every value fits the field; other values may fit as well."""


def fits(name: str, value: object) -> bool:
    """Whether the value, each item of it when it is a list, is of the type of this ECS field."""
    is_one = _IS[FIELDS[name]]
    return all(is_one(item) for item in value) if isinstance(value, list) else is_one(value)
