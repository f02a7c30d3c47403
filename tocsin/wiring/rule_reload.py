"""The rules of a running region: reloaded when their files or their configuration change."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from correlate.rules.select import Finder
from correlate.stage import Correlator
from tocsin.analysis import Analysis
from tocsin.drivers.reload import Reloader, TakeOver
from tocsin.drivers.stage import Stage
from tocsin.rule_succession import first, succeed, told
from tocsin.settings import Region, RulesSection, read
from tocsin.wiring.rule_files import Stamp, read_files, stamp
from tocsin.wiring.rules import Rules, as_set, loading
from tocsin.wiring.stages import count, finder

Prepare = Callable[[Rules], Callable[[], None]]
"""Makes ready what evaluates rules, which takes time; what it gives puts it in place of what was there, at once."""


def preparing(stages: Sequence[Stage], find: Callable[[Rules], Finder]) -> Prepare:
    """For the stages that rules matter to; ``find`` makes what finds detections."""

    def prepare(rules: Rules) -> Callable[[], None]:
        swaps: list[Callable[[], None]] = []
        for stage in stages:
            if isinstance(stage, Analysis):
                swaps.append(partial(stage.use, find(rules)))
            elif isinstance(stage, Correlator):
                swaps.append(partial(count, stage, rules))

        def swap_all() -> None:
            for swap in swaps:
                swap()

        return swap_all

    return prepare


class RunningRules:
    """The rules in force, and how they follow what the files say."""

    def __init__(self, region: Region, rules: Rules, prepare: Prepare) -> None:
        self._config: Path | None = region.file
        self._section: RulesSection = region.rules
        self._prepare = prepare
        self._force = rules.force or first({}, {}, loading(region.rules))

    def stamp(self) -> Stamp:
        """Of the rule files and of the configuration."""
        return stamp(self._section.folders, *([self._config] if self._config else []))

    def load(self) -> TakeOver:
        """What the files say now, made ready.

        Raises:
            ConfigurationError: the configuration is wrong, a folder is gone or empty, or a setting fits no rule.
        """
        section = read(self._config, Region).rules if self._config else self._section
        found = read_files(section.folders)
        before = self._force
        after = succeed(before, found.texts, found.unreadable, loading(section))
        rules = as_set(after, section)
        swap = self._prepare(rules)

        def take_over() -> str:
            swap()
            news = [told(before, after), "[rules] of the configuration" if section != self._section else ""]
            self._force, self._section = after, section
            loaded = f"{len(rules.book.rules)} rules, {len(rules.book.correlations)} correlations"
            return f"rules reloaded: {'; '.join(filter(None, news)) or 'nothing new'}; now {loaded}"

        return take_over


def reloader(region: Region, rules: Rules, stages: Sequence[Stage]) -> Reloader:
    """Keeps the rules of these stages as the files say."""
    running = RunningRules(region, rules, preparing(stages, partial(finder, region)))
    return Reloader(running.stamp, running.load, region.rules.reload_seconds)
