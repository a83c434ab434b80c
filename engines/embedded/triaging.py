"""Triage from examples in embedding space: the asks, the intent and how sure we are of it."""

from threading import Lock

import numpy as np
from numpy.typing import NDArray

from domain.policy import Policy
from embedding.embedder import Embedder
from engines import language
from engines.embedded import asks, intents, sentiment
from engines.embedded.intents import Floats
from engines.tasks import TriageAnswer, TriageTask

FLAG_COSINE = 0.72  # a turn this close to an example means much the same


class Heard(TriageAnswer):
    """What the embedded engine understood; `in_scope` 0..1 is how surely the policy's intents cover it."""

    in_scope: float


class Triager:
    """Triages turns; what it learns from a policy is kept until the policy changes."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._lock = Lock()
        self._learned: dict[str, Learned] = {}

    def triage(self, task: TriageTask) -> Heard:
        """Return what the turn asks and is about."""
        learned = self.learn(task.policy)
        vector = self._embedder.embed_queries([task.text])[0]
        reading = learned.head.read(task.text, vector)
        chances = reading.chances
        best = _best(chances, learned.in_scope, task.policy.thresholds.triage_sure)
        spoken = language.detect(task.text, task.policy.languages) or task.language or task.policy.languages[0]
        return Heard(
            asks=asks.split(task.text, self._embedder),
            intent=learned.head.names[best],
            sentiment=sentiment.heard(task.text),
            flags=learned.flags(vector),
            language=spoken,
            confidence=round(float(chances[best]) * reading.familiar, 4),
            in_scope=round(float(chances[learned.in_scope].sum()) * reading.familiar, 4),
            reasons=[
                f"intent {learned.head.names[best]!r} by its examples: {chances[best]:.2f} among the intents, "
                f"{reading.familiar:.2f} that it is one of them"
            ],
        )

    def learn(self, policy: Policy) -> "Learned":
        """Return what the policy's examples teach, worked out once."""
        with self._lock:
            if policy.version not in self._learned:
                self._learned = {policy.version: Learned(policy, self._embedder)}
            return self._learned[policy.version]


def _best(chances: Floats, in_scope: NDArray[np.bool_], sure: float) -> int:
    """Return the likeliest intent; one that is out of scope only where we are sure of it."""
    first = int(np.argmax(chances))
    return first if in_scope[first] or chances[first] >= sure else int(np.argmax(np.where(in_scope, chances, -1)))


class Learned:
    """What a policy's examples teach."""

    def __init__(self, policy: Policy, embedder: Embedder) -> None:
        self.head = intents.fit(policy, embedder)
        self.in_scope = np.array([intent.in_scope for intent in policy.intents])
        self._names = [flag for flag, examples in policy.flag_examples.items() for _ in examples]
        texts = [example for examples in policy.flag_examples.values() for example in examples]
        self._vectors = embedder.embed_queries(texts) if texts else np.zeros((0, embedder.dimension), np.float32)

    def flags(self, vector: Floats) -> list[str]:
        """Return the flags one of whose examples means much the same as this vector's text."""
        near = np.flatnonzero(self._vectors @ vector >= FLAG_COSINE)
        return sorted({self._names[number] for number in near})
