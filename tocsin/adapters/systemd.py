"""Tells systemd that a service is well (sd_notify(3)); where nothing listens, nothing happens.

The unit's ``WatchdogSec=`` restarts a worker that stops saying so: the watchdog is outside the process.
"""

import os
import socket


def well() -> None:
    """Send ``WATCHDOG=1`` to the socket that systemd gave."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    name = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.connect(name)
        notify.send(b"WATCHDOG=1")
