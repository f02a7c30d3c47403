"""Names that inspecting machines give to what they see. The numbers of Stormshield and of Suricata's rules are invented."""

from tocsin.simulation.happenings import Signature

WEB_ATTACK, SCAN, TROJAN = "Web Application Attack", "Attempted Information Leak", "A Network Trojan was detected"

TRAVERSAL = Signature(
    "Web.Server.Password.Files.Access", 43745, "Possible path traversal in URL", 910001,
    "SIMULATED EXPLOIT path traversal attempt", 9910001, WEB_ATTACK, 2,
)  # fmt: skip
LOOKUP = Signature(
    "Apache.Log4j.Error.Log.Remote.Code.Execution", 51006, "Possible JNDI lookup in HTTP header", 910002,
    "SIMULATED EXPLOIT JNDI lookup attempt", 9910002, WEB_ATTACK, 1,
)  # fmt: skip
PROBE = Signature(
    "ZGrab.Scanner", 48410, "Possible vulnerability scanner", 910003, "SIMULATED SCAN scanner user agent attempt", 9910003, SCAN, 3,
)  # fmt: skip
ATTEMPTS = (TRAVERSAL, LOOKUP, PROBE)
"""What the Internet tries all day."""

WEBSHELL = Signature(
    "Generic.PHP.Webshell.Access", 59001, "PHP web shell access", 910010,
    "SIMULATED WEB_SERVER PHP web shell command response", 9910010, TROJAN, 1,
)  # fmt: skip
