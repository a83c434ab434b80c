"""Figures and findings read from events; nothing here writes."""
