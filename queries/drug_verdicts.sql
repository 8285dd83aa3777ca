-- The rows of drug_verdicts.rq, in its order.
SELECT drug, count(*) AS given,
  sum(tellings) AS reports,
  count(*) FILTER (verdict IN ('improved', 'not improved', 'mixed', 'stable')) AS with_verdict,
  count(*) FILTER (verdict = 'improved') AS improved,
  count(*) FILTER (verdict = 'not improved') AS not_improved,
  count(*) FILTER (verdict = 'mixed') AS mixed,
  count(*) FILTER (verdict = 'stable') AS stable,
  count(*) FILTER (only_change) AS sole_change,
  count(*) FILTER (resisted) AS refractory,
  count(*) FILTER (verdict = 'not evaluable') AS not_evaluable,
  count(*) FILTER (verdict = 'failed otherwise') AS failed_otherwise,
  count(*) FILTER (verdict = 'not reported') AS not_reported,
  count(*) FILTER (verdict = 'not captured') AS not_captured
FROM verdict_patients
GROUP BY drug
ORDER BY given DESC, drug;
