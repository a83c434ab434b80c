"""The specialists the hub calls: each turns typed input into one typed output.

An agent asks an engine and decides by rules of its own; it knows neither the desk nor the hub.
"""
