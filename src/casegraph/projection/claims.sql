-- The claims of cases, groups and reports, each with its kind and the kind of what it is of.
SELECT DISTINCT w.claim, k.o AS kind, t.kind AS teller
FROM (
  SELECT s AS subject, o AS claim FROM linked
  UNION ALL
  SELECT t.s, g.o FROM has_treatment t JOIN has_segment g ON g.s = t.o
) w
JOIN kinds t ON t.subject = w.subject
JOIN claimed b ON b.claim = w.claim
JOIN type k ON k.s = w.claim
