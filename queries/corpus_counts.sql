-- The row of corpus_counts.rq.
SELECT reports, cases, patients, cases_read_whole, cases_of_records, groups, patients_in_groups, claims, diagnoses, drugs
FROM totals;
