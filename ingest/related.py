"""The ``related.*`` fields of ECS: every address, user, host and hash of an event in one place, to pivot on."""

from schemas.event import Event

_HASHES = tuple(
    f"{owner}.{name}" for owner in ("process", "file") for name in ("hash.md5", "hash.sha1", "hash.sha256", "pe.imphash")
)
RELATED = (
    ("related.ip", ("source.ip", "destination.ip", "client.ip", "server.ip", "host.ip", "dns.resolved_ip")),
    ("related.user", ("user.name", "user.target.name", "user.effective.name")),
    ("related.hosts", ("host.name", "source.domain", "destination.domain", "observer.hostname")),
    ("related.hash", _HASHES),
)


def add_related(event: Event) -> None:
    """Fill ``related.*`` from the other fields: sorted lists without doubles, absent when there is nothing."""
    for name, fields in RELATED:
        found: list[str] = []
        for field in fields:
            if field in event:
                value = event[field]
                if type(value) is str:
                    found.append(value)
                elif isinstance(value, list):
                    found += (item for item in value if isinstance(item, str))
        if found:
            event[name] = sorted(set(found)) if len(found) > 1 else found
