"""What answers a task: a model endpoint, or the embedded engine that needs none.

An engine judges nothing by itself: hard checks, the gate and every rule live in `agents/`.
No engine retries behind another's back; `fallback` alone decides who is asked next.
"""
