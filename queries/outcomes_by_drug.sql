-- The rows of outcomes_by_drug.rq, in its order.
SELECT drug, count(*) AS given,
  sum(tellings) AS reports,
  count(*) FILTER (told > 0) AS outcome_reported,
  count(*) FILTER (better > 0) AS improved,
  count(*) FILTER (stable > 0) AS stabilised,
  count(*) FILTER (not_better > 0) AS not_improved,
  count(*) FILTER (unclear > 0) AS not_evaluable,
  count(*) FILTER (told = 0 AND read_whole) AS not_reported,
  count(*) FILTER (told = 0 AND NOT read_whole) AS not_captured,
  sum(better - shared) AS named_alone,
  sum(shared) AS named_with_others
FROM (
  -- one row a patient, whoever tells of it
  SELECT drug, patient, count(*) AS tellings, sum(told) AS told, sum(better) AS better, sum(stable) AS stable,
    sum(not_better) AS not_better, sum(unclear) AS unclear, sum(shared) AS shared, bool_and(whole) AS read_whole
  FROM drug_cases
  GROUP BY drug, patient
)
GROUP BY drug
ORDER BY given DESC, drug;
