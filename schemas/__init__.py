"""The nouns of Tocsin, in the order data meets them; imports nothing of ours.

``Site`` declares an establishment, ``RawBatch`` carries its log records, each becomes an ``Event``; rules turn events into
``Detection`` values, and detections that belong together, each by its ``Membership``, are one ``Incident``. People ``Act`` on it,
and a ``Notice`` tells one of them about it. ``Tick`` is the only way time enters a state machine; what could not be read is a
``DeadLetter``. ``codec`` is the only file that knows the wire, ``errors`` the only tree of exceptions.
"""
