-- What there is of each, in one row.
WITH held AS (
  SELECT k.kind, k.subject, n.o AS patients
  FROM kinds k LEFT JOIN patient_count n ON n.s = k.subject AND k.kind = '<https://w3id.org/casegraph/ontology#Group>'
), of_case AS (
  SELECT DISTINCT r.subject, r.whole
  FROM reported r JOIN kinds k ON k.subject = r.subject AND k.kind = '<https://w3id.org/casegraph/ontology#Case>'
)
SELECT
  (SELECT count(*) FROM kinds WHERE kind = '<https://w3id.org/casegraph/ontology#CaseReport>') AS reports,
  (SELECT count(*) FROM kinds WHERE kind = '<https://w3id.org/casegraph/ontology#Case>') AS cases,
  (SELECT count(DISTINCT patient) FROM counted) AS patients,
  (SELECT count(DISTINCT subject) FROM of_case WHERE whole) AS cases_read_whole,
  (SELECT count(DISTINCT k.subject) FROM kinds k JOIN recorded_in r ON r.s = k.subject
    WHERE k.kind = '<https://w3id.org/casegraph/ontology#Case>') AS cases_of_records,
  (SELECT count(patients) FROM held) AS groups,
  (SELECT CAST(coalesce(sum(CAST(patients AS BIGINT)), 0) AS BIGINT) FROM held) AS patients_in_groups,
  (SELECT count(*) FROM claimed) AS claims,
  (SELECT count(DISTINCT disease) FROM diagnosed WHERE a_case = 1) AS diagnoses,
  (SELECT count(DISTINCT drug) FROM given) AS drugs
