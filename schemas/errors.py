"""Every error of Tocsin, named by whose fault it is and whether trying again can help.

::

    TocsinError
    ├── ConfigurationError   the operator's: fix the file or the command line, exit 2
    ├── RightsError          the operator's: a credential or a right is missing, exit 2
    ├── BadMessage           the sender's: never retried, goes to the dead letters with its bytes
    ├── Unavailable          nobody's: a service is away, wait and try again
    └── Refused              the receiver's for good: an SMTP 5xx, a mapping conflict; never retried
"""


class TocsinError(Exception):
    """Base of every error that crosses a module boundary; its text is a sentence for a person."""


class ConfigurationError(TocsinError):
    """The configuration or the command line is wrong; names the file, the key and what was expected."""


class RightsError(TocsinError):
    """A service answered that the credential is wrong or lacks a right; names the resource and the right."""


class BadMessage(TocsinError):
    """Bytes that are not the message they should be; retrying cannot help."""


class Unavailable(TocsinError):
    """A service is away or asks for patience; the same call may succeed later."""


class Refused(TocsinError):
    """The receiver said no for good; retrying the same call cannot help."""
