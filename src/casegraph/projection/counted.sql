-- Each case and the case that its patient is counted as: itself, unless it was decided that several are one patient.
SELECT k.subject, coalesce(c.o, k.subject) AS patient
FROM kinds k LEFT JOIN counted_as c ON c.s = k.subject
WHERE k.kind = '<https://w3id.org/casegraph/ontology#Case>'
