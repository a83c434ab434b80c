"""What the pages of words and examples must hold, so that nothing fails once a customer waits."""

from string import Template

from domain.policy import Phrases, Policy
from prompts.pages import PolicyError


def check(policy: Policy) -> None:
    """Raise PolicyError unless intents, phrases and signs of tone can be learned and said."""
    _intents(policy)
    if not policy.languages:
        raise PolicyError("desk.yaml names no language")
    if policy.languages[0] not in policy.phrases:
        raise PolicyError(f"phrases.yaml has no sentences for the first language of desk.yaml, {policy.languages[0]!r}")
    for language, phrases in policy.phrases.items():
        _within(language, phrases)
    for name, share in vars(policy.risk).items():
        if not 0 < share < 1:
            raise PolicyError(f"desk.yaml, at risk.{name}: {share!r} is no share between 0 and 1, such as 0.02 for 2 %")
    for place, sign in enumerate(policy.tones.signs):
        if not sign.examples:
            raise PolicyError(
                f"tone.yaml, at signs.{place}.examples: {sign.sign!r} is learned from examples; give some"
            )


def _intents(policy: Policy) -> None:
    names = [intent.name for intent in policy.intents]
    for place, name in enumerate(names):
        if not name.strip() or name in names[:place]:
            raise PolicyError(f"intents.yaml, at {place}.name: {name!r} is no name of its own; give each its own")
    if not any(intent.examples for intent in policy.intents if intent.in_scope):
        raise PolicyError("intents.yaml has no examples in scope: give some, or no question is known")


def _within(language: str, phrases: Phrases) -> None:
    for name, sentence in vars(phrases.within).items():
        template = Template(sentence)
        if not template.is_valid() or set(template.get_identifiers()) != {"number"}:
            raise PolicyError(
                f"phrases.yaml, at {language}.within.{name}: {sentence!r} must say $number once, and no other $"
            )
