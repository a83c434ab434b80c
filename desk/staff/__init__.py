"""Who works at the desk and who takes which ticket: teammates, shifts, routing, assignments, follow-ups.

`desk.staff.staff.Staff` is the door. `routing` is pure; whoever assigns holds the ticket first and then the rows of the
team in the order of their ids, so that nobody is given more than they can carry, whatever runs beside.
"""
