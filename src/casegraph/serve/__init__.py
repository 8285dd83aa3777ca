"""Serves a store over HTTP: SPARQL, graphs, stored queries and cases."""
