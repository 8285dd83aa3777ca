-- Outcomes of clinical domains that answer to a drug: one row a case, drug, claim and direction.
WITH seen AS (
  SELECT h.s AS subject, h.o AS claim, d.o AS direction
  FROM (FROM has_response UNION ALL FROM lacks_response UNION ALL FROM questions_response) h
  JOIN direction d ON d.s = h.o
  JOIN domain m ON m.s = h.o
  WHERE m.o NOT IN ('<https://w3id.org/casegraph/ontology#serology>',
    '<https://w3id.org/casegraph/ontology#immuneCells>')
)
SELECT g.drug, g.subject, c.claim, split_part(rtrim(c.direction, '>'), '#', 2) AS direction,
  max(CASE WHEN b.drug = g.drug THEN 0 ELSE 1 END) AS with_others
FROM seen c
JOIN answered x ON x.claim = c.claim
JOIN given g ON g.episode = x.episode AND g.subject = c.subject
JOIN answered y ON y.claim = c.claim
JOIN given b ON b.episode = y.episode AND b.subject = c.subject
-- what is seen as a treatment begins is no outcome of it
WHERE NOT EXISTS (FROM at_occasion q JOIN at_occasion w ON w.o = q.o WHERE q.s = c.claim AND w.s = g.episode)
GROUP BY ALL
