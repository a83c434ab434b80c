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
Let me chat with somebody from your team please
Is it possible to talk to an actual employee?
I would rather deal with a human than with a machine
Hand me over to your support staff
this isn't helping, I need someone real
I'd prefer to be contacted by a person
may I have a word with your supervisor
Kindly arrange a call back from one of your agents
could you get a colleague to look into this for me
I won't discuss this with a bot
Who can I call? I want to speak with someone now
Necesito que me llame alguien
¿Puedo hablar con un humano?
No quiero hablar con un robot
¿Me puede atender una persona?
Pásame con alguien del equipo
Prefiero tratar esto con una persona real
Kann ich bitte mit einem echten Menschen reden?
Ich will keinen Bot, ich will einen Mitarbeiter
Bitte um Rückruf durch einen Kollegen
Gibt es hier auch echte Menschen?
Ich hätte gern einen persönlichen Ansprechpartner
Leiten Sie mich bitte an einen Berater weiter
Je préfère parler avec une vraie personne
Pourriez-vous me passer un collègue ?
Je ne veux pas parler à un robot
Est-ce que quelqu'un peut me rappeler ?
J'aimerais être mis en relation avec un agent
Mettez-moi en contact avec un responsable
Posso falar com uma pessoa de verdade?
Não quero falar com um robô
Prefiro ser atendido por um humano
Pode me transferir para um atendente?
Alguém pode me ligar, por favor?
Gostaria de falar com alguém da equipe
real human please
speak to representative
customer support agent now
hablar con agente
Mensch bitte
humain svp
atendente
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
How does the chatbot hand over to a person?
Can I turn off the bot on my booking page?
What does the role "agent" cost per month?
Can my customers talk to an agent through the widget?
We hired a new person, how do I add her?
Someone left the team, please remove the seat
My colleague cannot log in
I spoke with an agent yesterday and the refund has not arrived
A person from your team told me it would be fixed
Is the owner the only person who can cancel?
Does the app work for people without a phone?
How do I assign a booking to another staff member?
Our manager wants a report every Monday
Can a human resources team use it?
How can I let customers call my employees?
The representative of our company is changing
Do agents see internal notes?
Which person receives the invoice?
How do I transfer a booking to another person?
Can I connect a person's calendar?
How many agents are included?
I am the person responsible for billing
Somebody paid twice with my card reader
¿Cómo añado a otra persona al equipo?
La persona que paga cambió
¿Puede un agente ver las notas?
Hablé ayer con una persona de su equipo
Wie viele Mitarbeiter sind enthalten?
Ein Mitarbeiter hat gekündigt, wie entferne ich ihn?
Kann ein Kollege meine Termine sehen?
Ich habe gestern mit einem Mitarbeiter gesprochen
Comment ajouter une personne à mon équipe ?
Un collègue peut-il voir mes rendez-vous ?
J'ai parlé à un conseiller hier
Combien de personnes peuvent réserver ?
Como adiciono uma pessoa à equipa?
Uma pessoa pode ter duas contas?
Falei ontem com um atendente
Can I block a person from booking?
What happens when a person deletes the app?
Verify that you are not a robot
Nothing came out of the machine
""".strip().splitlines()


@pytest.mark.parametrize("text", ASKS)
def test_a_request_for_a_person_is_heard(text: str) -> None:
    assert persons.asked_for(text)


@pytest.mark.parametrize("text", MENTIONS)
def test_a_mention_of_people_is_no_request_for_one(text: str) -> None:
    assert not persons.asked_for(text)
