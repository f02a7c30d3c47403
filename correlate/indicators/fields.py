"""Which ECS field carries which kind of value (ECS 8.17), at which side, and whether carrying it means more than that somebody tried."""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from correlate.indicators.indicator import Side


class Reads(Enum):
    """How a field's text is read; a host is an address or a name."""

    HOST = "host"
    URL = "url"
    HASH = "hash"
    EMAIL = "email"


class Field(NamedTuple):
    """``inbound``: somebody outside chose to knock; alone that is an attempt. ``visited``: on a site's own web server it is the site's own name."""

    reads: Reads
    side: Side = Side.ANY
    inbound: bool = False
    visited: bool = False


_HASHES = tuple(
    f"{owner}.hash.{name}"
    for owner in ("file", "process", "process.parent", "dll", "email.attachments.file")
    for name in ("md5", "sha1", "sha256")
)

FIELDS: Mapping[str, Field] = {
    "source.ip": Field(Reads.HOST, Side.SOURCE, inbound=True),
    "client.ip": Field(Reads.HOST, Side.SOURCE, inbound=True),
    "source.nat.ip": Field(Reads.HOST, Side.SOURCE, inbound=True),
    "network.forwarded_ip": Field(Reads.HOST, Side.SOURCE, inbound=True),
    "source.domain": Field(Reads.HOST, Side.SOURCE, inbound=True),
    "destination.ip": Field(Reads.HOST, Side.DESTINATION),
    "server.ip": Field(Reads.HOST, Side.DESTINATION),
    "destination.nat.ip": Field(Reads.HOST, Side.DESTINATION),
    "destination.domain": Field(Reads.HOST, Side.DESTINATION),
    "server.domain": Field(Reads.HOST, Side.DESTINATION),
    "dns.question.name": Field(Reads.HOST),
    "dns.resolved_ip": Field(Reads.HOST, Side.RESOLVED),
    "dns.answers.data": Field(Reads.HOST, Side.RESOLVED),
    "tls.client.server_name": Field(Reads.HOST, Side.DESTINATION),
    "url.domain": Field(Reads.HOST, Side.DESTINATION, visited=True),
    "url.full": Field(Reads.URL, Side.DESTINATION, visited=True),
    "url.original": Field(Reads.URL, Side.DESTINATION, visited=True),
    "email.from.address": Field(Reads.EMAIL, Side.SOURCE, inbound=True),
    "email.sender.address": Field(Reads.EMAIL, Side.SOURCE, inbound=True),
    "email.reply_to.address": Field(Reads.EMAIL, Side.SOURCE, inbound=True),
    "email.to.address": Field(Reads.EMAIL, Side.DESTINATION),
    "email.cc.address": Field(Reads.EMAIL, Side.DESTINATION),
    "email.bcc.address": Field(Reads.EMAIL, Side.DESTINATION),
    **{name: Field(Reads.HASH) for name in _HASHES},
}
"""A URL is looked up whole, and its host as a host; a mail address whole, and its host as a host."""

PORTS: Mapping[Side, tuple[str, ...]] = {
    Side.SOURCE: ("source.port", "client.port"),
    Side.DESTINATION: ("destination.port", "server.port", "url.port"),
    Side.ANY: ("source.port", "client.port", "destination.port", "server.port", "url.port"),
}
FILE_NAMES = ("file.name", "process.name", "email.attachments.file.name")

MAX_VALUES = 64
"""Values of one field that are looked up; more of them are somebody's attempt to cost us time."""
