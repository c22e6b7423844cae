"""Decomposition: which aggregates are one service, and which scores say so.

In: a closed graph whose criteria are data. Out: the graph with services, couplings and boundaries in it, for as long as
somebody asks about them.
"""

from ggen_rdf.decompose.analysis import RESULTS, analyse, asks_for_services, with_services

__all__ = ["RESULTS", "analyse", "asks_for_services", "with_services"]
