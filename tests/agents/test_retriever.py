"""The evidence for each ask."""

from agents import retriever
from domain.ids import DEFAULT_BRAND, AskId, CaseId
from domain.triage import Ask
from domain.turns import Turn
from tests.shelf import Shelf, article

PAGES = [
    article("refund", "Refunds", "We refund a payment within 14 days."),
    article("refund-copy", "Refunds, again", "We refund a payment\nwithin 14 days."),
    article("refund-fees", "Refund of fees", "We never refund a setup fee."),
    article("refund-bank", "Refunds to a bank", "A bank takes 3 days to show a refund."),
    article("refund-card", "Refunds to a card", "A card takes 5 days to show a refund."),
    article("refund-gift", "Refunds of gifts", "We refund a gift to whoever paid for it."),
]


async def test_several_articles_are_evidence_and_a_copy_takes_nobodys_place() -> None:
    ask = Ask(AskId("a1"), "When do I get a refund for a payment?")
    turn = Turn(CaseId("c1"), DEFAULT_BRAND, ask.text)

    found = await retriever.retrieve(turn, [ask], "en", Shelf(PAGES), {})

    articles = [it.passage.article for it in found.evidence]
    assert len(articles) == len(set(articles)) == retriever.ARTICLES_PER_ASK
    assert len({"refund", "refund-copy"}.intersection(articles)) == 1
