"""Sigma's names for what networks and servers log, as ECS fields (Sigma taxonomy appendix 2.0; Zeek's own log reference).

pySigma has no pipeline for these log sources, or for Zeek one that leaves some names alone and maps others to what Filebeat once wrote.
"""

from collections.abc import Mapping

from sigma.rule.logsource import SigmaLogSource

_ENDS = {
    "src_ip": "source.ip",
    "src_port": "source.port",
    "dst_ip": "destination.ip",
    "dst_port": "destination.port",
}
_WEB = {
    "c-ip": "source.ip",
    "c-uri": "url.original",
    "c-uri-extension": "url.extension",
    "c-uri-query": "url.query",
    "c-uri-stem": "url.path",
    "c-useragent": "user_agent.original",
    "cs-host": "url.domain",
    "cs-method": "http.request.method",
    "cs-referer": "http.request.referrer",
    "cs-referrer": "http.request.referrer",
    "cs-uri": "url.original",
    "cs-uri-query": "url.original",
    "cs-uri-stem": "url.path",
    "cs-user-agent": "user_agent.original",
    "cs-username": "user.name",
    "r-dns": "url.domain",
    "sc-bytes": "http.response.bytes",
    "sc-status": "http.response.status_code",
}
_DNS = {"answer": "dns.answers.data", "query": "dns.question.name", "record_type": "dns.question.type"}
_ZEEK = {
    "answers": "dns.answers.data",
    "host": "url.domain",
    "id.orig_h": "source.ip",
    "id.orig_p": "source.port",
    "id.resp_h": "destination.ip",
    "id.resp_p": "destination.port",
    "user_agent": "user_agent.original",
}
_FORTIGATE = {"action": "event.action", "cfgpath": "tocsin.fortigate.cfgpath"}

BY_PRODUCT: Mapping[str, Mapping[str, str]] = {"zeek": _ZEEK, "fortigate": _ENDS | _FORTIGATE, "fortios": _ENDS | _FORTIGATE}
BY_CATEGORY: Mapping[str, Mapping[str, str]] = {
    "dns": _DNS,
    "firewall": _ENDS | {"action": "event.action"},
    "proxy": _WEB,
    "webserver": _WEB,
}


def names(logsource: SigmaLogSource) -> Mapping[str, str]:
    """The ECS field of each name that rules of this log source use; what is not in it is read as it is written."""
    by_product = BY_PRODUCT.get((logsource.product or "").lower())
    if by_product is not None:
        return by_product
    return {} if logsource.product == "windows" else BY_CATEGORY.get((logsource.category or "").lower(), {})
