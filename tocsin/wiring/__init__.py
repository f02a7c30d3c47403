"""The composition root: the only place that names adapters. Settings in, running objects out.

``rules`` and ``stages`` are common to all; ``recorded`` wires a replay, ``single`` the embedded region, ``fleet`` the cluster, ``sources``
a shipper, ``mail`` the channels, ``look`` the commands that look and put back.
"""
