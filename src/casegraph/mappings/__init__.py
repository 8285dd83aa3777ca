"""Mapping sets between vocabularies in SSSOM: read, checked, written, and as RDF."""
