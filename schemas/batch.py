"""RawBatch: some hundreds of log records of one source of one site, as bytes."""

from pydantic import model_validator

from schemas.ids import digest
from schemas.noun import Instant, Noun
from schemas.site import Finess


class RawBatch(Noun):
    """The unit on the wire: per-message cost is paid once for all its records.

    ``positions[i]`` is where ``records[i]`` starts in the source (a byte offset for a file); positions only grow within one
    ``epoch``, the life of one shipper's spool. ``received`` is when the shipper read the batch.
    """

    site: Finess
    source: str
    source_type: str
    epoch: str
    positions: tuple[int, ...]
    records: tuple[bytes, ...]
    received: Instant

    @model_validator(mode="after")
    def _positions_fit(self) -> "RawBatch":
        if not self.records or len(self.positions) != len(self.records):
            raise ValueError(f"{len(self.records)} records with {len(self.positions)} positions")
        if any(later <= earlier for earlier, later in zip(self.positions, self.positions[1:], strict=False)):
            raise ValueError("positions must grow")
        return self

    @property
    def id(self) -> str:
        """Function of where the batch stood and what it holds."""
        return digest("batch", self.site, self.source, self.epoch, self.positions[0], *self.records)
