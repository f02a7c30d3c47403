"""Ingest takes bytes of a log source and gives ECS events, one for each record.

In the order data meets the files: ``framing`` cuts bytes into records and batches, ``encodings`` turns a record into text,
``origin`` is what a parser knows about where it came from, ``parsers`` reads it (``timestamps`` and ``values`` turn its texts into
ECS values, ``ecs`` names the fields), ``related`` gathers its addresses, users, hosts and hashes, and ``normalise`` does all that for
a batch and adds the envelope. The files, sockets and journals that bytes come from are behind ``adapters``.
"""
