"""The ways in: techniques that tell how somebody entered, and nothing of what was done inside."""

from collections.abc import Collection

TECHNIQUES = frozenset(
    {
        "T1078", "T1091", "T1110", "T1133", "T1189", "T1190", "T1195", "T1199", "T1200", "T1566", "T1659",
    }
)  # fmt: skip
"""MITRE ATT&CK, tactic Initial Access (TA0001), and Brute Force: without their sub-techniques."""


def is_entry(techniques: Collection[str]) -> bool:
    """Whether there are any, and all of them are ways in."""
    return bool(techniques) and all(name.partition(".")[0] in TECHNIQUES for name in techniques)
