-- Of each case and group how much of its report was read; whole: what it is silent of was not told.
SELECT subject, extent, NOT imported AND extent IN ('<https://w3id.org/casegraph/ontology#fullText>',
  '<https://w3id.org/casegraph/ontology#dataRecord>') AS whole
FROM (
  -- nobody looked in a record that a program read
  SELECT r.s AS subject, e.o AS extent, EXISTS (FROM recorded_in i WHERE i.s = r.s) AS imported
  FROM reported_in r JOIN extent_read e ON e.s = r.o
)
