"""The pictures of a cohort: time on treatment, what became of the patients, findings by antibody."""
