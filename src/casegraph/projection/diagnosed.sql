-- The diagnoses of each case and group, with the patient of a case and the number of patients of a group.
SELECT DISTINCT d.o AS disease, d.s AS subject, 1 AS a_case, 0 AS a_group, 0 AS patients, k.patient
FROM diagnosis d JOIN counted k ON k.subject = d.s
UNION
SELECT c.o, g.subject, 0, 1, CAST(n.o AS BIGINT), NULL
FROM kinds g
JOIN patient_count n ON n.s = g.subject
JOIN has_diagnosis h ON h.s = g.subject
JOIN about_concept c ON c.s = h.o
WHERE g.kind = '<https://w3id.org/casegraph/ontology#Group>'
