"""Every system by its name: ours, and the plain ones to stand beside it."""

from embedding.remembering import Remembering
from evals.baselines import named as baselines
from evals.errors import SuiteUnreadable
from evals.examples import Kind
from evals.runner import Build, System
from evals.suites import Part, Suite
from evals.systems.guarding import Doorkeeper, Redactor, Watcher
from evals.systems.hub import Hub
from evals.systems.indexes import Indexes
from evals.systems.judging import Judge
from evals.systems.listening import Listener
from evals.systems.marking import Marking
from evals.systems.searching import Searcher
from evals.systems.triaging import Triager
from kb_index.one_shot import Tell, ignore
from services import Tools

OURS = "deskhand"
EMBEDDED = "embedded"
QUARANTINE = "quarantine"
_BESIDE: dict[Kind, list[str]] = {"replies": [EMBEDDED], "safety": [QUARANTINE]}


def names(kind: Kind) -> list[str]:
    """Return the systems that can answer a kind of suite, ours first."""
    return [OURS, *_BESIDE.get(kind, []), *baselines.names(kind)]


def every() -> set[str]:
    """Return the names of all systems, whatever they can answer."""
    return {OURS, EMBEDDED, QUARANTINE, *baselines.KINDS}


class Systems:
    """Builds systems from one set of tools; indexes and vectors are shared between them."""

    def __init__(self, tools: Tools, tell: Tell = ignore) -> None:
        self._tools = tools
        self._indexes = Indexes(tools, tell)
        self._judge = Remembering(tools.judge)
        self._embedder = self._judge if tools.embedder is tools.judge else Remembering(tools.embedder)

    def building(self, name: str) -> Build:
        """Return what builds the system of that name; building raises SuiteUnreadable where it does not fit."""

        def build(suite: Suite, part: Part) -> System:
            if name not in names(suite.file.kind):
                there = ", ".join(names(suite.file.kind))
                raise SuiteUnreadable(f"no system {name!r} for {suite.file.kind} suites; there is {there}")
            if name in (OURS, EMBEDDED, QUARANTINE):
                return self._ours(name, suite, part)
            return baselines.building(name, lambda: self._embedder)(suite, part)

        return build

    def _ours(self, name: str, suite: Suite, part: Part) -> System:
        tools = self._tools
        match suite.file.kind:
            case "retrieval" | "abstention":
                return Searcher(name, suite.searched(), tools, self._indexes, suite.memory)
            case "intents":
                return Triager(name, part.train, tools, self._judge)
            case "grounding" | "ratings":
                return Judge(name, tools)
            case "safety" if name == QUARANTINE:
                return Doorkeeper(name)
            case "safety":
                spans = any(one.row.kind == "safety" and one.row.spans for one in suite.examples)
                return Redactor(name, tools) if spans else Watcher(name, tools)
            case "replies":
                engine = tools.embedded if name == EMBEDDED else tools.engine
                sends = tools.sends if suite.file.sends is None else suite.file.sends
                return Hub(name, suite.searched(), tools, self._indexes, engine, sends)
            case "pairs":
                return Listener(name, tools)
            case "given":
                return Marking(name, tools)
