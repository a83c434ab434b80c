"""The engine that needs no model server: examples in embedding space, extraction and rules, all deterministic."""
