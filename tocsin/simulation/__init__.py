"""Logs of a region that does not exist, in the formats that real machines write.

Reading order: ``region`` puts it together from ``places`` (who is there), ``windows_day`` and ``sshd_day`` (what is ordinary) and
``attack`` (what is not); ``windows_events`` and ``windows_shippers`` say how Windows and its log shippers write; ``files`` lays it all
out as a folder. Everything is a function of a seed and a start: the same gives the same bytes.
"""
