"""Indicators of compromise: what feeds say of addresses, names, URLs, hashes and mail addresses, and where events carry them.

``stix`` and ``misp`` read feeds, ``collect`` keeps what may be matched, ``table`` finds it, ``match`` makes detections.
"""
