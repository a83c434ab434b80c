"""What is left of a mail once quotes and signatures are gone."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.email.quoting import own_words

BODY = "The app stops when I export.\n\nWhat can I do?"

QUOTES = {
    "apple": "On 3 May 2026, at 10:12, Help <help@shop.example> wrote:\n\n> Which version is it?\n> Regards",
    "gmail, broken over lines": "On Sun, May 3, 2026 at 10:12 AM Help <help@shop.example>\nwrote:\n\n> Which version?",
    "unmarked": "On 3 May 2026, Help wrote:\nWhich version is it?\nPlease tell us.",
    "gmail de": "Am So., 3. Mai 2026 um 10:12 Uhr schrieb Help <help@shop.example>:\n\n> Welche Version?",
    "gmail es": "El dom, 3 may 2026 a las 10:12, Help (<help@shop.example>) escribió:\n\n> ¿Qué versión?",
    "gmail fr": "Le dim. 3 mai 2026 à 10:12, Help <help@shop.example> a écrit :\n\n> Quelle version ?",
    "gmail pt": "Em dom., 3 de mai. de 2026 às 10:12, Help <help@shop.example> escreveu:\n\n> Qual versão?",
    "outlook": "From: Help <help@shop.example>\nSent: Sunday, May 3, 2026\nTo: Anna\nSubject: Re: Export\n\nWhich?",
    "outlook, ruled": "____________________\nVon: Help\nGesendet: Sonntag, 3. Mai 2026\nAn: Anna\n\nWelche?",
    "outlook es": "De: Help\nEnviado el: domingo, 3 de mayo\nPara: Anna\nAsunto: RE: Exportar\n\n¿Cuál?",
    "outlook fr": "De : Help\nEnvoyé : dimanche 3 mai\nÀ : Anna\nObjet : RE: Export\n\nLaquelle ?",
    "outlook pt": "De: Help\nEnviada em: domingo, 3 de maio\nPara: Anna\nAssunto: RE: Exportar\n\nQual?",
    "original": "-----Original Message-----\nWhich version is it?",
    "original de": "-----Ursprüngliche Nachricht-----\nWelche Version?",
    "original fr": "-------- Message d'origine --------\nQuelle version ?",
}
SIGNATURES = {
    "marked": "-- \nAnna Bauer\nHead of Exports, Shop Ltd.\nWe were elected best shop of the year in 2025.",
    "regards": "Best regards,\nAnna Bauer\nShop Ltd. | +49 30 123456\nwww.shop.example",
    "named": "Thanks, Anna",
    "phone": "Sent from my iPhone",
    "de": "Mit freundlichen Grüßen\nAnna Bauer",
    "de, short": "LG Anna",
    "de, phone": "Von meinem iPhone gesendet",
    "es": "Un saludo,\nAna",
    "es, formal": "Atentamente,\n\nAna Ruiz\nTienda S. A.",
    "fr": "Cordialement,\nAnne",
    "fr, phone": "Envoyé de mon iPhone",
    "pt": "Com os melhores cumprimentos,\nAna",
    "pt, thanks": "Obrigada,\nAna",
    "outlook": "Get Outlook for iOS",
    "disclaimed": (
        "Kind regards\nAnna\n\nThis e-mail is confidential and meant for its recipient only.\n"
        "If you are not the intended recipient, delete it."
    ),
}

saying = st.text(st.sampled_from("abc déß,.?!\n"), max_size=200)
anything = st.text(st.sampled_from("ab1:<>@-_ \n\n\t,.?ÀOnAmwrote"), max_size=400)


@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES)
@pytest.mark.parametrize("quote", ["", *QUOTES.values()], ids=["none", *QUOTES])
def test_only_what_the_customer_wrote_is_left(quote: str, signature: str) -> None:
    assert own_words(f"{BODY}\n\n{signature}\n\n{quote}") == BODY


@pytest.mark.parametrize(
    "said",
    [
        "From: and To: are swapped in the form.\nWhat now?",
        "On Monday your colleague wrote:\nI will call you. Nobody called.",
        "Thanks for the reply.\nCould you still tell me when the refund arrives?",
        "Best regards to the team!\n\nNow, my question: why was I charged twice?",
        "It fails on page 3:\n- click export\n- see the error",
        "Thanks",
        "> is shown in the title, why?\n> everywhere",
        "Regards\nAnna\n\nP.S. Where do I change my address?",
        "This message is confidential: my account was hacked and the recipient of my order is wrong.",
    ],
)
def test_what_only_looks_like_a_quote_or_a_signature_stays(said: str) -> None:
    assert own_words(said) == said.strip()


def test_answers_between_quoted_lines_stay() -> None:
    said = "On 3 May 2026, Help wrote:\n> Which version?\n7.2\n> Which system?\nLinux\n"

    assert own_words(said) == "7.2\nLinux"


def test_marked_lines_stay_where_nothing_is_answered() -> None:
    log = "The mail failed:\n\n>>> ann@a.example: 554 exceeded max time\n> give up\n\nWhat now?"

    assert own_words(log, answers=False) == log
    assert own_words(f"{BODY}\n\n{QUOTES['apple']}", answers=False) == BODY


def test_what_is_forwarded_is_the_matter_itself() -> None:
    said = f"See below.\n\n{QUOTES['outlook']}"

    assert own_words(said, forwarded=True) == said


@given(saying, st.sampled_from(sorted(QUOTES.values())))
def test_whatever_stands_above_a_quote_stays(said: str, quote: str) -> None:
    kept = own_words(f"Hello there.\n{said}\n\n{quote}")

    assert "".join(kept.split()).startswith("".join(f"Hello there.{own_words(said)}".split())) or not said.strip()


@given(anything)
def test_something_is_always_left_and_nothing_is_added(said: str) -> None:
    kept = own_words(said)

    lines = iter([line.strip() for line in said.splitlines()])
    assert bool(kept) == bool(said.strip())
    assert all(any(line.strip() == given for given in lines) for line in kept.splitlines() if line.strip())


@pytest.mark.parametrize(
    "line", ["On 1 ", "A 1 wrote", "From: a\n", "> ", "--", "<a@b>:\n", "Le 1 a écrit\n", "1" * 400]
)
def test_a_long_mail_takes_no_longer_than_its_length(line: str) -> None:
    began = time.process_time()

    own_words(line * (1_000_000 // len(line)))

    assert time.process_time() - began < 5
