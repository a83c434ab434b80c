"""The demo's own questions: seeds that people wrote, and the same questions in other words."""
