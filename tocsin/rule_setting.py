"""One entry of ``[[rules.setting]]`` in a region's configuration."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.detection import Level
from schemas.site import Finess


class RuleSetting(BaseModel):
    """What the region decides about some rules: those that fit all that is given here. Of several settings the last one wins."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    ids: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    """Globs of files, such as ``windows/*`` or ``*/proc_creation_win_whoami.yml``: the end of a path is enough."""
    tags: tuple[str, ...] = ()
    """Globs of tags, such as ``attack.t1059*``."""
    levels: tuple[Level, ...] = ()
    sites: tuple[Finess, ...] = ()
    """Where ``state`` holds; everywhere when empty."""
    state: Literal["on", "shadow", "off"] | None = None
    threshold: int | None = Field(default=None, ge=1)
    """For correlations: how many it takes, in place of what the rule says."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not (self.ids or self.paths or self.tags or self.levels):
            raise ValueError("say which rules: ids, paths, tags or levels")
        if (self.state is None) == (self.threshold is None):
            raise ValueError("give one of state and threshold")
        if self.sites and self.threshold:
            raise ValueError("a threshold holds for the whole region; sites go with state")
        return self
