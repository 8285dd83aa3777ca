-- What is told of a case and a drug: one row each time, that it was given among them.
WITH clinical AS (
  SELECT s FROM domain WHERE o NOT IN ('<https://w3id.org/casegraph/ontology#serology>',
    '<https://w3id.org/casegraph/ontology#immuneCells>')
), a_case AS (
  SELECT s AS subject FROM type WHERE o = '<https://w3id.org/casegraph/ontology#Case>'
), exposed AS (
  SELECT s AS claim, o AS exposure FROM response_to
  UNION ALL
  SELECT r.s, g.s FROM response_to r JOIN has_segment g ON g.o = r.o
)
-- a row for each patient who was given it, so that who has no outcome is counted too
SELECT drug, subject, 'given' AS told FROM given
UNION ALL
SELECT a.o, j.s, split_part(rtrim(v.o, '>'), '#', 2)
FROM has_judgement j
JOIN type k ON k.s = j.o AND k.o = '<https://w3id.org/casegraph/ontology#DrugOutcome>'
JOIN about_concept a ON a.s = j.o
JOIN verdict v ON v.s = j.o
JOIN clinical m ON m.s = j.o
UNION ALL
SELECT a.o, j.s, 'failed'
FROM has_judgement j
JOIN type k ON k.s = j.o AND k.o = '<https://w3id.org/casegraph/ontology#TreatmentFailure>'
JOIN about_concept a ON a.s = j.o
UNION ALL
SELECT r.o, r.s, 'responded' FROM responded_to r JOIN a_case c ON c.subject = r.s
UNION ALL
SELECT r.o, r.s, 'refractory' FROM refractory_to r JOIN a_case c ON c.subject = r.s
UNION ALL
SELECT a.o, q.s, 'questioned'
FROM questions_response q
JOIN a_case c ON c.subject = q.s
JOIN clinical m ON m.s = q.o
JOIN exposed e ON e.claim = q.o
JOIN about_concept a ON a.s = e.exposure
