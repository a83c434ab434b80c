"""What other programs are told: who wants to hear of which events, and that they do, each event at least once.

An event is put on its way in the transaction that records it. What tells it apart is its own id, however often it is
sent; `deliveries` are rows that wait, were sent or have failed, and a failed one waits for somebody to send it again.
"""
