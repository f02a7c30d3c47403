"""DeadLetter: what could not be read, with its bytes, its origin and the reason. Never dropped in silence."""

from schemas.ids import digest
from schemas.noun import Noun
from schemas.output import Document


class DeadLetter(Noun):
    """Bytes that a stage could not take.

    ``topic`` and ``key`` say where ``data`` came from and where a replay puts it back.
    """

    topic: str
    key: str
    data: bytes
    reason: str
    site: str = ""
    source: str = ""

    @property
    def id(self) -> str:
        """The same bytes refused twice on the same topic are one dead letter."""
        return digest("dead", self.topic, self.key, self.data)

    def document(self) -> Document:
        """The letter as it is stored."""
        body = {"id": self.id, **self.model_dump(mode="json"), "size": len(self.data), "replayed": 0}
        return Document("dead", self.id, body, version=1)
