"""Reports of runs: one page that opens anywhere, a summary for pull requests, JUnit for CI, and JSON.

Numbers come with their error, failures come first, and nothing is fetched from a network.
"""
