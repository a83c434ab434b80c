"""Tickets, messages, cases, events, the outbox and the queue: no AI in it.

`desk.desk.Desk` is the door; below it one module per noun holds the SQL of that noun, each query a named function.
The desk takes `now` from its caller and writes everything that belongs together in one transaction.
Events hold ids, enums and numbers, never a customer's words.
"""
