"""Faust's flow control without its race at the end of a recovery (faust-streaming 0.15.3, ``tables/recovery.py``).

Recovery lets the stream's partitions flow, seeks them, and only then resumes the flow, which has been active all the while; the resume
empties every queue. What was fetched in between is gone, and because the next offset is acknowledged, it is committed as done: after
about every fourth restart a message was lost.
"""

from functools import cached_property

import faust
from mode.utils.queues import FlowControlEvent


class Flow(FlowControlEvent):  # type: ignore[misc]  # mode has no types
    """Empties the queues when it was suspended, and only then."""

    def resume(self) -> None:
        """Let messages through."""
        if not self.is_active():
            super().resume()


class App(faust.App):  # type: ignore[misc]  # faust has no types
    """A Faust application that keeps what was fetched."""

    @cached_property
    def flow_control(self) -> Flow:
        """See Faust."""
        return Flow(loop=self.loop)
