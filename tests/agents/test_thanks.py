import pytest

from agents import thanks


@pytest.mark.parametrize(
    "text",
    [
        "Thanks, that solved it!",
        "That worked, thank you so much.",
        "Perfect, it works now. Thanks a lot",
        "Problem solved",
        "never mind, I figured it out",
        "That did the trick!",
        "Danke, das hat geholfen!",
        "Gracias, ya funciona",
        "Merci, ça marche maintenant",
        "Obrigado, funcionou",
    ],
)
def test_word_that_it_is_solved_is_heard(text: str) -> None:
    assert thanks.heard(text) == "solved"


@pytest.mark.parametrize(
    "text", ["Thanks!", "ok, thank you for your help", "Vielen Dank für die schnelle Antwort", "thx"]
)
def test_mere_thanks_are_heard(text: str) -> None:
    assert thanks.heard(text) == "thanks"


@pytest.mark.parametrize(
    "text",
    [
        "anna@example.com",
        "Sure, my e-mail is anna.b+x@mail.example.com, thanks!",
        "You can reach me at anna@example.com",
        "Meine Adresse ist anna@example.com",
        "Claro, mi correo electrónico es anna@example.com",
        "Bien sûr, c'est anna@example.com",
    ],
)
def test_a_mere_address_is_heard(text: str) -> None:
    assert thanks.heard(text) == "address"


@pytest.mark.parametrize(
    "text",
    [
        "Please cancel anna@example.com",
        "anna@example.com or ben@example.com",
        "Is anna@example.com my address?",
        "I cannot sign in with anna@example.com",
        "My address is wrong: anna@example.com",
        "Thanks. How do I export my data?",
        "Thanks, but it does not work",
        "That did not work",
        "No, that is not solved",
        "Is that fixed",
        "thanks is it fixed",
        "was that fixed?",
        "Thank you for nothing",
        "This solved nothing",
        "ok thanks I'll try that tomorrow",
        "everything works except the export",
        "it does",
        "yes",
        "Hello",
        "",
        "Gracias, pero no funciona",
        "Danke, aber es funktioniert nicht",
    ],
)
def test_whatever_says_anything_else_wants_an_answer(text: str) -> None:
    assert thanks.heard(text) is None
