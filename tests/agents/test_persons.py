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
Is there anyone I could actually speak with about this invoice?
Stop with the canned replies and hook me up with somebody real.
Enough. I need somebody with a pulse.
can u pass me on to one of ur colleagues pls
Please escalate me to your supervisor.
I'd prefer to deal with a staff member from here on.
no more bot. human.
Could someone give me a ring? The sync problem is too long to type.
What number do I dial to get hold of your support people?
I refuse to discuss this with software, get me an employee.
My sync fails every night, and I would like this looked at by a live agent rather than by you.
LET ME SPEAK TO THE PERSON IN CHARGE
Would it be possible to have a call with your team tomorrow?
hi, put a representative on please
¿Me puede atender una persona, por favor?
Quiero que me llame alguien de su equipo.
páseme con el encargado
No quiero seguir hablando con una máquina, necesito un agente de verdad.
¿Hay algún humano ahí con quien pueda hablar?
Kann ich bitte mit einem Mitarbeiter sprechen?
Verbinden Sie mich mit dem Kundendienst.
Ich will keinen Roboter, ich will einen echten Menschen.
Bitte rufen Sie mich zurück, ich möchte das mit jemandem persönlich klären.
Pouvez-vous me passer un conseiller ?
Je veux parler à quelqu'un de vivant, pas à un robot.
Y a-t-il une vraie personne à qui je pourrais m'adresser ?
J'exige de parler à votre responsable.
Quero falar com um atendente.
Dá para me transferir para uma pessoa de verdade?
Chega de robô, preciso que alguém da equipe me ligue.
I've had it with you. Is a real employee around?
Any chance a human could take this over?
This goes in circles. Who at your company can I talk to?
Just let me email an actual human being.
My notes are gone and I want a specialist to look at it.
are there any people working there?
Don't answer me, bot. I want your boss.
Connect to live support
Can you hand this ticket to one of your teammates?
please have someone from billing contact me about this charge
Pásame a un humano ya
Prefiero que me atienda un agente humano
¿Podría ponerme en contacto con soporte humano?
Gibt es jemanden, mit dem ich telefonieren kann?
Mitarbeiter bitte!
Ich möchte, dass sich ein Mensch um mein Anliegen kümmert.
Je voudrais être rappelé par un conseiller.
Un humain, s'il vous plaît.
Gostaria de ser atendido por uma pessoa.
Tem alguém aí com quem eu possa conversar?
Enough of this, is there a living soul on your side who could read my messages?
Could you loop in a member of your support crew? I'd like to chat with them directly.
I need to talk this over with somebody who has authority to refund me.
Please escalate, I want a manager.
Can I have a phone number where a person picks up?
Hand this over to a colleague of yours, please.
Quisiera que me atendiera una persona de su equipo.
¿Hay algún humano disponible para ayudarme?
No entiendes nada, comunícame con un asesor.
¿Puede llamarme alguien hoy por la tarde?
Ich würde das lieber mit einem Kollegen von Ihnen besprechen.
Kann mich bitte jemand anrufen?
Geben Sie das bitte an einen Menschen weiter.
Ist da auch ein richtiger Mitarbeiter, der mir hilft?
J'aimerais qu'un conseiller s'occupe de mon dossier.
Y a-t-il un humain à qui je peux écrire ?
Arrêtez avec ce robot et passez-moi quelqu'un.
Eu queria conversar com alguém do suporte.
Você pode me transferir para um atendente?
Por favor, chame um humano.
Who do I have to bribe to get an actual support rep?
This needs a human decision. Please forward it to someone who can make one.
I'm done with automated replies, give me a person.
could an agent get in touch with me regarding this order
Let me speak to whoever is in charge over there.
Would you mind getting one of your specialists on the line?
Solicito hablar con un supervisor.
Que me contacte un representante, por favor.
¿Me pasas con un compañero tuyo?
Necesito asistencia humana, no respuestas automáticas.
Ich bestehe darauf, mit Ihrem Vorgesetzten zu sprechen.
Bitte stellen Sie mich zu einem Berater durch.
Könnte ein Mensch meine Anfrage lesen?
Ich brauche persönliche Hilfe von einem Mitarbeiter, nicht von einer Maschine.
Je demande à parler à votre responsable.
Pouvez-vous me mettre en contact avec quelqu'un de votre équipe ?
Je souhaite échanger avec une personne réelle.
Quero ser contactado por um responsável.
Dá para falar com gente de verdade?
Encaminhe-me a um operador, se faz favor.
You are a bot, right? I want to be served by people.
pls get me someone who actually understands this
Is anybody there who can sort this out with me by phone?
I'd appreciate it if a member of staff could ring me back.
Just transfer me.
My issue is too complicated for a bot. Please assign a human agent.
Agente humano
Déjeme hablar con el encargado, por favor.
¿No hay nadie con quien pueda hablar?
Quiero que una persona real revise mi caso.
Mensch bitte, keine Maschine.
Ich möchte zurückgerufen werden.
Gibt es eine Möglichkeit, direkt mit dem Support-Team zu telefonieren?
Lassen Sie mich mit jemandem sprechen, der sich auskennt.
Un conseiller humain svp
Je refuse de discuter avec une machine, trouvez-moi une personne.
Quelqu'un de votre service peut-il m'appeler ?
Preciso que uma pessoa veja o meu caso.
Tem como um funcionário me ligar?
Atendimento humano, por favor.
I've explained this four times now. Put a human on it.
Any chance of speaking with one of your engineers?
Where can I reach a real support agent?
I would like a callback from your billing people.
Could a team member review my complaint personally?
This bot is useless, let me talk with staff.
I'd rather have an employee deal with my request.
Connect me to your support department.
Me gustaría que alguien de soporte me llamara.
Póngame con una persona, por favor.
No quiero seguir con el bot, necesito un agente.
¿Podría hablar con el responsable de facturación?
Könnten Sie mich mit dem Kundendienst verbinden?
Ich möchte bitte mit jemandem aus der Buchhaltung reden.
Kein Chatbot, bitte einen echten Ansprechpartner.
Est-il possible de joindre un agent par téléphone ?
Je veux qu'une vraie personne lise mon message.
Merci de me transférer à un collaborateur.
Quero que um atendente analise o meu problema.
Será que alguém me pode ajudar por telefone?
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
The person who set up our workspace has left, how do I take over her account?
Can I add another human reviewer to the approval step?
I spoke to an agent yesterday and she told me to clear the cache, which did not help.
How do I give our support staff access to billing?
My manager wants to talk to our team about the new plan. Where do I see the prices?
Does the call feature work for people outside my organisation?
Someone deleted my folder. Can it be restored?
How do I transfer a notebook to a colleague?
Your representative promised a refund last week, but where do I see it?
Can a team member speak in a meeting without an account?
Real people keep appearing as bots in the member list, why?
I would like to connect my assistant's calendar.
Who can see my notes when I share them with a person?
What is the phone number field in the profile used for?
¿Cómo invito a otra persona a mi espacio de trabajo?
Una persona de mi equipo no puede iniciar sesión.
Hablé con un agente la semana pasada y me dijo que reiniciara.
¿Puede un encargado ver los documentos de los empleados?
El robot de integración no publica los mensajes.
Wie füge ich einen Mitarbeiter zu meinem Team hinzu?
Ein Mensch aus meinem Team sieht die Datei nicht.
Ich habe gestern mit einer Kollegin von Ihnen gesprochen, das Problem besteht weiter.
Kann jemand ohne Konto meine geteilten Notizen lesen?
Mon conseiller m'a recommandé votre application, combien coûte-t-elle ?
Le responsable du compte est parti, comment changer de propriétaire ?
Quelqu'un a modifié mon document, puis-je voir l'historique ?
Como adiciono uma pessoa à minha equipe?
Um atendente da minha loja não consegue entrar no aplicativo.
Falei com alguém do suporte ontem e ele pediu para reinstalar.
Can I give a person from outside the company read access?
What can an agent do that an admin cannot?
Do people need an account to comment?
How do I put someone on the billing plan?
I want to add a manager to the workspace.
I need to remove an employee from our account.
Is there someone else signed in to my account?
Where do I change the contact person?
Please stop sending reminders to my colleagues.
Can I get a staff discount?
Our customer service uses your product, can they share one login?
A human error deleted our workspace, can it be restored?
Necesito dar acceso a una persona de mi equipo.
Quiero agregar un empleado.
Ich möchte einen Kollegen einladen.
Wie kann ich einem Mitarbeiter Rechte geben?
Je voudrais inviter un collègue.
J'ai besoin d'ajouter un responsable au compte.
Quero convidar um colega.
Preciso de remover um funcionário da conta.
How do I set a colleague as the default contact for new bookings?
My agent at the travel office booked this for me, where do I see it?
Somebody from marketing left; can I delete their login?
Can guests talk to each other in the waiting room chat?
How many humans can be tagged in one photo?
The technician who installed the reader said to restart it weekly.
Do I need to call my bank before a payout?
What is the difference between an operator and a manager role?
¿Puedo añadir a un asesor externo a mi cuenta?
Mi encargado no recibe los correos.
¿Pueden dos personas usar el mismo lector?
Ayer un agente me explicó cómo exportar y no funciona.
Wie lege ich einen neuen Ansprechpartner für Rechnungen fest?
Mein Berater hat die falsche Steuernummer eingetragen.
Können Kunden Mitarbeiter direkt buchen?
Wer von meinen Kollegen hat den Termin gelöscht?
Comment changer la personne qui reçoit les factures ?
Un agent de l'aéroport m'a demandé la facture, où est-elle ?
Meu atendente consegue ver os relatórios?
Como sei qual pessoa cancelou a reserva?
Which of my staff can refund a payment?
We want our clients to be able to reach a human from our own booking page, is there such a widget?
The previous manager kept the password. How do I reset it?
I need the name of the person shown on the receipt to change.
Does the assistant reply to people in Spanish too?
A representative of the tax office asked for our invoices of 2024.
Can I see which agent closed a ticket in the reports?
Are there discounts for teams of ten people?
¿Qué permisos tiene un supervisor?
El cliente quiere hablar conmigo, ¿dónde está su teléfono?
Un compañero borró la reserva por error.
¿Cómo hablo con mis clientes desde la aplicación?
Darf ein Mitarbeiter Rückerstattungen machen?
Der Mensch auf dem Profilbild bin nicht ich, wie ändere ich es?
Meine Chefin möchte den Bericht als PDF.
Wie verbinde ich den Kalender eines Kollegen?
Est-ce qu'un employé peut modifier les prix ?
Mon responsable veut recevoir un rapport chaque lundi.
As pessoas que convidei não receberam o e-mail.
Um colega pode aprovar as minhas férias?
How do I transfer ownership to my business partner?
I had a chat with one of your people last month about invoices. Where are they?
Do human-readable exports exist?
Can the receptionist answer messages from the app?
Is there a role for people who only look at the calendar?
Your agents page in the docs is out of date, where is the new one?
Someone else uses my e-mail address, what now?
How can I make the bot on our site speak to visitors in German?
¿Los empleados pueden ver mis ingresos?
La persona de contacto de la factura es incorrecta.
¿Cómo quito a un operador del calendario?
Alguien cambió mis horarios, ¿cómo veo quién fue?
Wie viele Personen passen in einen Gruppentermin?
Der Kundenservice meiner Bank sagt, die Zahlung sei gestoppt.
Kann ich Nachrichten an alle Mitarbeiter senden?
Mit wem wurde die Rechnung geteilt?
Puis-je voir quel collègue a annulé ?
Comment parler à mes clients par SMS ?
O gerente da loja precisa de um acesso só de leitura.
Posso limitar o número de pessoas por horário?
Can our customers call us from the confirmation e-mail?
The support agent seat, is it billed monthly?
How do I hand over a shift to another colleague?
Who is listed as the contact on my invoice?
One of our agents cannot open the inbox.
Can I transfer a call from the reader to the phone?
I want my staff to talk to clients in the app.
Your representative said on Monday the parcel was sent.
Is a real address needed for the account?
¿Cómo cambio el responsable de una cita?
¿Alguien más puede ver mis notas?
Mi compañera no encuentra la factura.
Können mehrere Personen gleichzeitig am Kalender arbeiten?
Unser Mitarbeiter wurde doppelt eingeladen.
Welcher Kollege hat die Rückerstattung ausgelöst?
Qui de mon équipe peut annuler une réservation ?
Mon collègue n'a pas reçu l'invitation.
Combien d'agents puis-je ajouter ?
O funcionário novo não aparece na lista.
Posso dar permissões a uma pessoa de fora?
""".strip().splitlines()


@pytest.mark.parametrize("text", ASKS)
def test_a_request_for_a_person_is_heard(text: str) -> None:
    assert persons.asked_for(text)


@pytest.mark.parametrize("text", MENTIONS)
def test_a_mention_of_people_is_no_request_for_one(text: str) -> None:
    assert not persons.asked_for(text)
