"""Stages of an attack: the tactics of MITRE ATT&CK Enterprise, in the order of its matrix, and the first tactic of each technique.

A technique of several tactics counts at the first of them: a stage is never shown as reached on the strength of a technique that
also serves an earlier one. (Version 19 split *defense evasion* into *stealth* and *defense impairment*; older rules say the former.)
"""

from collections.abc import Iterable

from schemas.detection import Detection

_FIRST: dict[str, str] = {
    "reconnaissance": "1589 1590 1591 1592 1593 1594 1595 1596 1597 1598 1681",
    "resource-development": "1583 1584 1585 1586 1587 1588 1608 1650",
    "initial-access": "1078 1091 1133 1189 1190 1195 1199 1200 1566 1659 1669",
    "execution": "1047 1053 1059 1072 1106 1127 1129 1197 1203 1204 1559 1569 1574 1609 1610 1648 1651 1674 1675",
    "persistence": "1037 1098 1112 1136 1137 1176 1505 1525 1542 1543 1546 1547 1554 1556 1653 1668 1671",
    "privilege-escalation": "1055 1068 1134 1484 1548 1611",
    "stealth": "1006 1014 1027 1036 1070 1140 1202 1211 1216 1218 1220 1221 1480 1497 1535 1564 1612 1620 1622 1647 1656",
    "defense-evasion": "",
    "defense-impairment": "1207 1222 1553 1562 1578 1599 1600 1601 1685 1686 1687 1688 1689 1690",
    "credential-access": "1003 1040 1056 1110 1111 1187 1212 1528 1539 1552 1555 1557 1558 1606 1621 1649",
    "discovery": "1007 1010 1012 1016 1018 1033 1046 1049 1057 1069 1082 1083 1087 1120 1124 1135 1201 1217 1482 1518 1526 1538 "
    "1580 1613 1614 1615 1619 1652 1654 1673 1680",
    "lateral-movement": "1021 1080 1210 1534 1550 1563 1570",
    "collection": "1005 1025 1039 1074 1113 1114 1115 1119 1123 1125 1185 1213 1530 1560 1602",
    "command-and-control": "1001 1008 1071 1090 1092 1095 1102 1104 1105 1132 1205 1219 1568 1571 1572 1573 1665",
    "exfiltration": "1011 1020 1029 1030 1041 1048 1052 1537 1567",
    "impact": "1485 1486 1489 1490 1491 1495 1496 1498 1499 1529 1531 1561 1565 1657 1667",
}

TACTICS = tuple(_FIRST)
"""Short names, first to last."""

_TACTIC_OF = {f"T{number}": tactic for tactic, numbers in _FIRST.items() for number in numbers.split()}


def tactics_of(techniques: Iterable[str]) -> tuple[str, ...]:
    """The stages that these techniques (such as ``T1021.002``) show, first to last; unknown ones show none."""
    return _ordered(_TACTIC_OF[technique[:5]] for technique in techniques if technique[:5] in _TACTIC_OF)


def stages_of(detection: Detection) -> tuple[str, ...]:
    """The stages that a detection shows: by its techniques, or else as its rule says."""
    return tactics_of(detection.techniques) or _ordered(detection.tactics)


def _ordered(tactics: Iterable[str]) -> tuple[str, ...]:
    found = set(tactics)
    return tuple(tactic for tactic in TACTICS if tactic in found)
