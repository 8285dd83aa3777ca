-- The rows of claims_by_kind.rq, in its order.
SELECT kind,
  count(*) FILTER (teller = '<https://w3id.org/casegraph/ontology#Case>') AS of_cases,
  count(*) FILTER (teller = '<https://w3id.org/casegraph/ontology#Group>') AS of_groups,
  count(*) FILTER (teller = '<https://w3id.org/casegraph/ontology#CaseReport>') AS of_reports
FROM claims
GROUP BY kind
ORDER BY of_cases DESC, of_groups DESC, kind;
