import pytest

from agents import persons

ASKS = """
I want to talk to a human
Can I speak to a real person please?
Please connect me with an agent.
Get me a human!
agent
I need a human being to look at this
Is there someone I can talk to?
Could somebody call me?
No more bots, I want a real person
Transfer me to customer service
I'd like to speak with a manager
stop this chatbot nonsense and give me a person
put me through to whoever decides about this
Can a human please look at my case?
I don't want to talk to a robot
Quiero hablar con una persona
Páseme con un agente
Ich möchte mit einem Menschen sprechen
Verbinden Sie mich bitte mit einem Mitarbeiter
Je veux parler à un humain
Passez-moi un conseiller s'il vous plaît
Quero falar com um atendente
Preciso de uma pessoa
""".strip().splitlines()

MENTIONS = """
How do I add a person to my team?
Can one person have two accounts?
How many people can book the same slot?
The agent role has no access to invoices
Can a customer contact a staff member through the booking page?
How do I remove a staff member?
Somebody changed my password
I was told by someone that refunds take 3 days
Can someone explain how refunds work?
How do I give a colleague access?
Does the person who pays need a seat?
What does a support agent see?
I need to change the person in charge of billing
How do I contact people who did not show up?
My manager wants to see the invoices
Can staff talk to customers in the app?
Is there a limit on people per booking?
¿Cada persona necesita una licencia?
Kann eine Person zwei Konten haben?
""".strip().splitlines()


@pytest.mark.parametrize("text", ASKS)
def test_a_request_for_a_person_is_heard(text: str) -> None:
    assert persons.asked_for(text)


@pytest.mark.parametrize("text", MENTIONS)
def test_a_mention_of_people_is_no_request_for_one(text: str) -> None:
    assert not persons.asked_for(text)
