"""Triage from examples in embedding space: the asks, the intent and how sure we are of it."""

from threading import Lock

import numpy as np

from domain.policy import Intent, Policy
from domain.triage import Flag
from embedding.embedder import Embedder
from engines import language
from engines.embedded import asks, intents, scope, sentiment
from engines.embedded.intents import Floats, Reading
from engines.tasks import TriageAnswer, TriageTask

FLAG_COSINE = 0.72  # a turn this close to an example means much the same
KEPT = 16  # policies whose examples are learned

Examples = tuple[tuple[Intent, ...], tuple[tuple[Flag, tuple[str, ...]], ...]]


class Heard(TriageAnswer):
    """What the embedded engine understood; `in_scope` 0..1 is how surely the policy's intents cover it.

    `outside` repeats the asks that want what the desk does not give.
    """

    in_scope: float
    outside: list[str]


class Triager:
    """Triages turns; what it learned from the examples it saw last is kept, for the policies of several brands."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._learning = Lock()
        self._learned: dict[Examples, Learned] = {}

    def triage(self, task: TriageTask) -> Heard:
        """Return what the turn asks and is about."""
        learned = self.learn(task.policy)
        vector = self._embedder.embed_queries([task.text])[0]
        reading = learned.head.read(task.text, vector)
        best, sure = learned.intent(reading, task.text)
        asked = asks.split(task.text, self._embedder)
        spoken = language.detect(task.text, task.policy.languages) or task.language or task.policy.languages[0]
        return Heard(
            asks=asked,
            intent=learned.head.names[best],
            sentiment=sentiment.heard(task.text),
            flags=learned.flags(vector),
            language=spoken,
            confidence=round(sure, 4),
            in_scope=round(float(reading.chances[learned.in_scope].sum()) * reading.familiar, 4),
            outside=[ask for ask in asked if scope.seeks(ask) and self._is_outside(ask, task.text, best, learned)],
            reasons=[
                f"intent {learned.head.names[best]!r} by its examples: {reading.chances[best]:.2f} among the intents, "
                f"{reading.familiar:.2f} that it is one of them"
            ],
        )

    def _is_outside(self, ask: str, whole: str, best: int, learned: "Learned") -> bool:
        if ask != whole.strip():
            best, _ = learned.intent(learned.head.read(ask, self._embedder.embed_queries([ask])[0]), ask)
        return not learned.in_scope[best]

    def learn(self, policy: Policy) -> "Learned":
        """Return what the policy's examples teach, worked out once."""
        examples = policy.intents, tuple(policy.flag_examples.items())
        known = self._learned.get(examples)
        if known is None:
            with self._learning:  # those who read what is known already do not wait
                known = self._learned.get(examples) or Learned(policy, self._embedder)
                others = [one for one in self._learned.items() if one[0] != examples]
                self._learned = dict([*others[1 - KEPT :], (examples, known)])
        return known


class Learned:
    """What a policy's examples teach."""

    def __init__(self, policy: Policy, embedder: Embedder) -> None:
        self.head = intents.fit(policy, embedder)
        self.in_scope = np.array([intent.in_scope for intent in policy.intents])
        self._names = [flag for flag, examples in policy.flag_examples.items() for _ in examples]
        texts = [example for examples in policy.flag_examples.values() for example in examples]
        self._vectors = embedder.embed_queries(texts) if texts else np.zeros((0, embedder.dimension), np.float32)

    def intent(self, reading: Reading, text: str) -> tuple[int, float]:
        """Return the likeliest intent's place and how sure it is: outside only where all that is outside adds up."""
        outside = float(reading.chances[~self.in_scope].sum())
        if outside >= (scope.SEEKING if scope.seeks(text) else scope.STATING):
            return int(np.argmax(np.where(self.in_scope, -1, reading.chances))), max(outside, scope.SURE)
        best = int(np.argmax(np.where(self.in_scope, reading.chances, -1)))
        return best, float(reading.chances[best]) * reading.familiar

    def flags(self, vector: Floats) -> list[str]:
        """Return the flags one of whose examples means much the same as this vector's text."""
        near = np.flatnonzero(self._vectors @ vector >= FLAG_COSINE)
        return sorted({self._names[number] for number in near})
