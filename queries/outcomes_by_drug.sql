-- The rows of outcomes_by_drug.rq, in its order.
SELECT drug, count(*) AS given,
  count(*) FILTER (told > 0) AS outcome_reported,
  count(*) FILTER (better > 0) AS improved,
  count(*) FILTER (stable > 0) AS stabilised,
  count(*) FILTER (not_better > 0) AS not_improved,
  count(*) FILTER (unclear > 0) AS not_evaluable,
  count(*) FILTER (told = 0 AND whole) AS not_reported,
  count(*) FILTER (told = 0 AND NOT whole) AS not_captured,
  sum(better - shared) AS named_alone,
  sum(shared) AS named_with_others
FROM drug_cases
GROUP BY drug
ORDER BY given DESC, drug;
