"""The checker marks how clear a draft's own words are, and has what nobody can follow said anew."""

from datetime import timedelta

from agents import checker
from agents.triager import Engines
from domain.budget import Budget
from domain.drafts import Citation, Draft, Sentence
from domain.search import Evidence
from domain.verdicts import Verdict
from engines.scripted import Scripted
from engines.tasks import CheckAnswer
from prompts import policy
from tests.agents.test_promises import ASK, BODY, FACT, PASSAGE, TRIAGE
from tests.desk.decisions import NOW

LONG = " ".join(["A parcel that leaves our house within two days leaves our house within two days"] * 5)


async def checked(text: str) -> Verdict:
    engine = Scripted([CheckAnswer(support=[1.0, 1.0], completeness=[1.0], tone=1.0, reasons=[])])
    own = Sentence(text, "fact", ASK.id, (Citation(PASSAGE.article, PASSAGE.id, BODY, 0, len(BODY)),))
    return await checker.check(
        Draft((FACT, own), (ASK,)),
        TRIAGE,
        [Evidence(ASK.id, PASSAGE, score=1.0, dense=0.9, lexical=1.0)],
        Engines(engine, engine),
        policy.load(),
        Budget(lambda: NOW, NOW + timedelta(seconds=20)),
    )


async def test_a_plain_sentence_of_our_own_is_clear() -> None:
    verdict = await checked("It leaves our house within two days.")

    assert (verdict.passes, verdict.clarity) == (True, 1.0)


async def test_a_sentence_that_nobody_can_follow_is_named_with_what_mends_it() -> None:
    faults = [fault for fault in (await checked(LONG)).faults if fault.check == "clarity"]

    assert [fault.sentence for fault in faults] == [1]
    assert "make two or three sentences of it" in faults[0].message


async def test_what_an_article_says_is_not_ours_to_reword() -> None:
    assert (await checked(BODY)).clarity == 1.0
