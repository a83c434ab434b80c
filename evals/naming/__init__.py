"""Fit the network of `engines/tagger.npz`: `python -m evals.naming` makes sentences with names, learns and tries it.

Names, cities, streets and companies are made by Faker (an extra of development) in many locales. One fifth of our
sentences and all locales of `people.HELD` are kept for the trial.
"""
