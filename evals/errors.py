"""How an evaluation can fail before it has a number.

SuiteError
 +- SuiteUnreadable   the YAML is broken, or says something no suite can say
 +- DataMissing       a file that the suite names is not there
 +- RowBroken         a row is not of the suite's kind
 +- UnknownIds        rows name articles that the corpus does not hold
 +- UnknownScorer     a scorer or gate that does not exist
"""


class SuiteError(Exception):
    """A suite cannot be run as it stands."""


class SuiteUnreadable(SuiteError):
    """The suite's file is broken, or says something no suite can say."""


class DataMissing(SuiteError):
    """A file that the suite names is not there."""


class RowBroken(SuiteError):
    """A row is not of the suite's kind."""


class UnknownIds(SuiteError):
    """Rows name articles that the corpus does not hold."""


class UnknownScorer(SuiteError):
    """A suite names a scorer or a gate that does not exist."""
