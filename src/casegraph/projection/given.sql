-- What each case was given: one row a treatment and drug.
SELECT t.s AS subject, t.o AS episode, a.o AS drug
FROM has_treatment t
JOIN about_concept a ON a.s = t.o
JOIN kinds k ON k.subject = t.s AND k.kind = '<https://w3id.org/casegraph/ontology#Case>'
