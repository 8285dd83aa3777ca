-- Each drug and each case that was given it, with its patient and what is told of the outcome.
WITH each_case AS (
  SELECT drug, subject,
    count(claim) AS told,
    count(*) FILTER (direction IN ('improved', 'resolved')) AS better,
    count(*) FILTER (direction = 'stabilised') AS stable,
    count(*) FILTER (direction IN ('unchanged', 'worse')) AS not_better,
    count(*) FILTER (direction = 'notEvaluable') AS unclear,
    count(*) FILTER (direction IN ('improved', 'resolved') AND with_others = 1) AS shared
  FROM (
    -- a row without a claim for each patient, so that who has no outcome is counted too
    SELECT DISTINCT drug, subject, NULL AS claim, '' AS direction, 0 AS with_others FROM given
    UNION ALL FROM outcomes
  )
  GROUP BY drug, subject
)
SELECT e.*, c.patient, r.whole
FROM each_case e JOIN reported r ON r.subject = e.subject JOIN counted c ON c.subject = e.subject
