-- The treatments that each outcome answers to: by themselves, or by one of their dosings.
SELECT r.s AS claim, coalesce(g.s, r.o) AS episode
FROM response_to r LEFT JOIN has_segment g ON g.o = r.o
