-- The cases, groups and reports.
SELECT DISTINCT s AS subject, o AS kind
FROM type
WHERE o IN ('<https://w3id.org/casegraph/ontology#Case>', '<https://w3id.org/casegraph/ontology#Group>',
  '<https://w3id.org/casegraph/ontology#CaseReport>')
