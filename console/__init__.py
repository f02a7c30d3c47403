"""What people read: the regional queue, one incident, the hospitals, the leads.

Takes an ``Archive`` (``ports``), gives pages. Nothing here writes. Data meets the files in this order: ``ports`` says what is read,
``lens`` decides what the reader may know of it; ``queue``, ``incident`` (with ``matrix`` and ``timeline``) and ``sites`` gather what a
page shows; ``voice`` says it in the ``words`` of the reader's language, ``display`` makes hostile values harmless; ``pages`` fills the
templates, ``app`` answers requests and ``doors`` guards every answer.
"""
