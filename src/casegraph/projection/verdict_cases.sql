-- Each drug and each case of which something is told, with the one verdict that follows.
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
)
SELECT e.*, CASE
  WHEN better AND not_better THEN 'mixed' WHEN better THEN 'improved' WHEN not_better THEN 'not improved'
  WHEN as_before THEN 'stable' WHEN questioned THEN 'not evaluable' WHEN failed THEN 'failed otherwise'
  WHEN r.whole THEN 'not reported'
  ELSE 'not captured' END AS verdict
FROM each_case e JOIN reported r ON r.subject = e.subject
