-- Each drug and each patient of whom something is told, with the one verdict that follows from all reports.
WITH each_case AS (
  SELECT drug, subject,
    bool_or(told IN ('improvedVerdict', 'mixedVerdict')) AS better,
    bool_or(told IN ('notImprovedVerdict', 'mixedVerdict')) AS not_better,
    bool_or(told = 'stableVerdict') AS as_before,
    bool_or(told = 'questioned') AS questioned,
    bool_or(told = 'failed') AS failed,
    bool_or(told = 'responded') AS only_change,
    bool_or(told = 'refractory') AS resisted
  FROM verdicts
  GROUP BY drug, subject
), each_patient AS (
  SELECT e.drug, coalesce(c.patient, e.subject) AS patient, count(*) AS tellings,
    bool_or(better) AS better, bool_or(not_better) AS not_better, bool_or(as_before) AS as_before,
    bool_or(questioned) AS questioned, bool_or(failed) AS failed, bool_or(only_change) AS only_change,
    bool_or(resisted) AS resisted, bool_and(r.whole) AS read_whole
  FROM each_case e JOIN reported r ON r.subject = e.subject LEFT JOIN counted c ON c.subject = e.subject
  GROUP BY ALL
)
SELECT *, CASE
  WHEN better AND not_better THEN 'mixed' WHEN better THEN 'improved' WHEN not_better THEN 'not improved'
  WHEN as_before THEN 'stable' WHEN questioned THEN 'not evaluable' WHEN failed THEN 'failed otherwise'
  WHEN read_whole THEN 'not reported'
  ELSE 'not captured' END AS verdict
FROM each_patient
