"""The demo's own questions: seeds written one by one, and the same questions in other words."""
