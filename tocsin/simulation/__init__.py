"""Logs of a region that does not exist, in the formats that real machines write.

Reading order: ``places`` is the table of who is there; ``happenings`` are what can happen; ``days`` says what is ordinary and
``campaigns`` what is not; ``formats`` how machines write it down; ``region`` puts it together and ``files`` lays it out as a folder.
Everything is a function of a seed and a start: the same gives the same bytes.
"""
