"""Wordings of requests outside the desk's scope, by the team that owns them, and of look-alikes that are inside."""

OUTSIDE: dict[str, str] = {
    "product": """
Vocês deveriam lançar uma versão para tablet primeiro?
Was killing the desktop version the right call, in your opinion?
Should you not bring back the old dashboard?
What would you change about your own product if it were up to you?
Do you think Fernway ought to support two languages on one invoice before anything else?
Should the next release bring an offline mode or a new calendar view?
If you were in charge, what would the roadmap for next year look like?
Which of your features do you consider a waste of developer time?
I think you should stop working on reminders. Do you agree?
Do you believe a voice assistant would make your product better?
What would you build first if you had twice the developers?
Is it a good idea for Fernway to go mobile only?
Would you rather improve the card reader or the booking page?
In your view, is the product heading in the right direction?
Sollte Fernway lieber eine App für Tablets oder für Uhren bauen?
¿Creen que deberían rediseñar el producto entero?
""",
    "engineering": """
How would you build offline sync if you had to start over?
What tech stack would you pick for a delivery app?
Can you write me a macro that fills in my spreadsheet from your export?
Is your backend written in Go or in Java, and would you choose it again?
Which framework should we pick for our own booking app?
Write me a script that copies all bookings into our own database.
Could you review this SQL query and make it faster?
How would you architect a payment system from scratch?
Explain the algorithm your developers use to detect double bookings.
Do you recommend Kubernetes for a small company?
Please code a plugin for my WordPress site.
Which encryption library did your engineers use and why?
Welche Programmiersprache würdet ihr für unser Portal empfehlen?
""",
    "marketing": """
¿Cómo debería anunciar mi restaurante?
Which of your competitors do you see as the weakest, and how would you attack them?
Should we sponsor a local football club to get known?
Write a Black Friday ad for my shop.
How can my bakery attract more students?
What marketing strategy would you recommend for a new barber shop?
Write a newsletter that makes my customers buy more.
How do I beat the salon across the street?
Should Fernway cut its prices to win against Square?
Which slogan would suit a yoga studio?
Give me ideas for an advertising campaign before Christmas.
How much should I charge for a haircut to earn more?
Why don't you make Solo free? Would that not be the smarter pricing strategy?
What should our sales pitch be for large hotel chains?
Is it better for us to advertise on TikTok or in the newspaper?
Welche Werbung lohnt sich für mein Café am meisten?
Quelle campagne publicitaire me conseillez-vous pour l'été ?
""",
    "management": """
Soll ich einen zweiten Friseur einstellen?
What should my budget for next quarter look like?
Is it worth leasing a van for my deliveries?
Should I take on an apprentice this year?
Would buying my rival's salon be a good move?
Should I hire a second mechanic or buy a second repair stand?
Is Fernway a good company to invest in?
At what valuation should your firm be sold?
How should I split my budget between rent and staff?
Would you take out a loan to open another shop?
Is it worth investing 20,000 euros in a coffee machine?
Should we close our shop on Mondays to save money?
How many people should we fire to break even?
Do you think our business will survive the winter?
Would merging with a partner be a smart decision for us?
Lohnt es sich, in einen zweiten Laden zu investieren?
¿Debería pedir un préstamo para ampliar el negocio?
""",
    "legal": """
Est-il légal de filmer mes employés ?
Does my landlord have the right to raise the rent now?
Do I have to pay tax on tips by law?
Please draft a warning letter to a customer who never pays.
Can I fire somebody who keeps coming late?
Draft a compliance strategy for a bank that wants to resell your card reader.
Can my customer sue me if I cancel her appointment?
Write terms and conditions for my online shop.
Am I allowed by law to film my customers at the till?
What is the best legal structure for my company to save taxes?
Is my employment contract valid if it was never signed?
How do I get out of my lease without going to court?
Should we challenge the tax office's decision in court?
Does consumer law let me keep a deposit?
Darf ich meinem Mitarbeiter fristlos kündigen?
Pouvez-vous rédiger un contrat de travail pour moi ?
""",
    "support": """
Recommend a book about gardening.
Could you write a wedding speech for my brother?
Who is going to win the election?
What should I cook for dinner tonight?
Sing me a song.
Tell me a joke about cats.
Who won the cup final last night?
Which thread is best for hemming raw silk?
Please translate my menu into Italian: soup, bread, cheese.
What do you think of the new government?
My back hurts from standing all day. Which medicine helps?
When does the last train from Utrecht to Zwolle leave?
What is the tallest mountain in Africa?
Write a birthday poem for my grandmother.
What will the weather be like in Lisbon tomorrow?
Can you help my son with his maths homework?
Wer hat gestern das Fußballspiel gewonnen?
""",
}
INSIDE = """
Should I choose the monthly or the yearly plan?
Which role should I give to my accountant?
Do you recommend turning on two-step verification?
What is the best way to import my client list?
How should I word the cancellation text in the reminder e-mail?
Can you suggest a fix for the frozen reader?
Should we cancel before the trial ends?
Is it worth upgrading if I only send 50 reminders?
What does your service level promise?
How long do I have to keep invoices in Fernway?
Would you resend the invoice please?
Can I legally sign the DPA in the app?
Write me an e-mail when the reader ships, please.
How do I advertise my booking page link on Instagram?
What happens with my deposit if I close my account?
Could you explain your refund policy?
Should my customers see the note field?
Soll ich die App neu installieren?
¿Qué plan me recomiendan para dos empleados?
Faut-il redémarrer le lecteur après la mise à jour ?
How quickly does your support answer?
What are your opening hours?
Which plan should I choose for five employees?
How do I set the price of a service?
Can I get a refund for the yearly plan?
Do you have a discount for annual payment?
Where is my data stored?
How do I export my customers' data for the tax adviser?
Should I restart the reader when it shows error 12?
How do I send a newsletter to my customers with Fernway?
What is the difference between Solo and Team?
How do I delete a former employee from my account?
Is Fernway compliant with data protection rules?
Can I sign the data processing agreement?
Which card reader do you recommend for a market stall?
How do I add the VAT number to my invoices?
Why was my payout lower than expected?
Does the API have a rate limit?
How do I connect the webhook to my own server?
Can I test the app before I pay?
How do I invite my tax adviser as a guest?
What does the status page tell me?
How is my ticket prioritised?
How do I make a customer pay a deposit?
What should I do when a customer disputes a payment?
Do I need a contract to use the card reader?
Which browsers does Fernway support?
How much does a card payment cost?
Can I close my business on public holidays in the calendar?
How do I give a customer a discount code?
Should I update the app before connecting the reader?
Do you recommend a wired or a wireless connection for the reader?
Warum wurde meine Auszahlung verschoben?
¿Cómo cambio el precio de un servicio?
Comment puis-je annuler mon abonnement ?
Como altero o meu plano?
"""
