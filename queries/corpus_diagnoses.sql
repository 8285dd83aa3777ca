-- The rows of corpus_diagnoses.rq, in its order.
SELECT disease, count(DISTINCT patient) AS patients, sum(a_case) AS reports, sum(a_group) AS groups, sum(patients) AS patients_in_groups
FROM diagnosed
GROUP BY disease
ORDER BY patients DESC, groups DESC, disease;
