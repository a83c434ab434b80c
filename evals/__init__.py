"""Suites, scorers and reports: how good the replies are, with the error of every number."""
