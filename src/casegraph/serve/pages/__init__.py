"""The plain pages that tell people of cases, reports, the ontology and the stored queries; no script runs."""
