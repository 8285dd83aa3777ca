"""The text of a new case document: headings and examples in the order of the CARE checklist."""

from __future__ import annotations

from string import Template

__all__ = ["CASE", "CLOSING", "OPENING", "REPORT", "WHOLE_REPORT"]

#: Words that explain begin with ``##``; an example begins with ``#`` and is an entry without it.
OPENING = Template("""\
# yaml-language-server: $$schema=$schema
##
## The items of the CARE checklist (2013) in their order. A line with two number signs explains. A line with
## one is an example: take the sign and the space after it away, and write what your paper says. Delete what
## you do not need. Your own words only, no sentence of the article. casegraph term TEXT looks a term up.
##
""")

REPORT = Template("""\
  ## How much of it you read: fullText, partialText, abstractOnly, tableOnly, secondaryReport, dataRecord.
  ## What you did not read is not captured, which is not the same as not reported.
  extent: $extent
$text
  ## CARE 2. Key words
  ## They are not recorded: the terms of the entries below do their work.

  ## CARE 3. Abstract
  ## What it says goes into the same entries as the rest; 'passages' below has its place.

  ## CARE 4. Introduction: what the report says of the literature, and why this case
  # literature:
  #   - id: literature-course
  #     kind: literature
  #     about: ['MONDO:0016367 dermatomyositis']
  #     stated_in: $opening
  #     gist: What the report says of the disease in general, in your own words

  ## CARE 13. Informed consent: the last item of the checklist; it is said of the report and so stands here
  # publication:
  #   - id: consent
  #     kind: consent
  #     stated_in: $closing
  #     gist: The patient consented to the publication
""")

CASE = Template("""\
## One entry for each patient, by the number in the paper.
cases:
  '1':
    ## CARE 5. Patient information: sex, age, history. What was there before goes into the lists below,
    ## at an occasion of the phase medicalHistory.
    sex: unknown
    # age: {years: 52, at: presentation}
    # label: patient 1

    ## CARE 6. Clinical findings: what was there, and what the report says was not. Silence is no absence.
    # findings:
    #   present:
    #     - id: fatigue
    #       what: 'HP:0012378 Fatigue'
    #       at: presentation
    #       severity: moderate
    #       stated_in: $main
    #     - id: rash
    #       what: 'HP:0000988 Skin rash'
    #       at: presentation
    #       site: ['UBERON:0002398 manus']
    #       laterality: bilateral
    #       stated_in: $main
    #   absent:
    #     - id: no-fever
    #       what: 'HP:0001945 Fever'
    #       at: presentation
    #       stated_in: $main

    ## CARE 7. Timeline: occasions that entries share, counted in days from another one; null is open.
    zero_point: presentation
    occasions:
      presentation: {phase: beforeTreatment}
      # onset: {anchor: presentation, start: [-60, -30], printed: 1 to 2 months before, phase: onset}
      # history: {phase: medicalHistory}
      follow-up: {phase: followUp, after: [presentation]}
      # month-3: {anchor: presentation, start: [90, 90], printed: after 3 months, phase: onTreatment}

    ## CARE 8. Diagnostic assessment: diagnoses by their standing, and tests with one outcome each
    # diagnoses:
    #   final:
    #     - id: diagnosis
    #       what: 'MONDO:0016367 dermatomyositis'
    #       at: presentation
    #       stated_in: $main
    #   excluded:
    #     - id: no-malignancy
    #       what: 'cg:InternalMalignancy internal malignancy'
    #       at: presentation
    #       stated_in: $main
    # tests:
    #   - id: creatine-kinase
    #     what: 'cg:CreatineKinaseLevel creatine kinase level'
    #     at: presentation
    #     value: 850
    #     unit: U/L
    #     printed: 850 U/L
    #     stated_in: $main
    #   - id: jo-1
    #     what: 'cg:AntiJo1 anti-Jo-1 antibody'
    #     at: presentation
    #     result: negative
    #     stated_in: $main

    ## CARE 9. Therapeutic intervention: each drug or procedure from start to stop; a changed dose is another
    # treatments:
    #   - id: methotrexate
    #     what: 'CHEBI:44185 methotrexate'
    #     at: presentation
    #     ends_at: follow-up
    #     stop_reason: inefficacy
    #     stated_in: $main
    #     doses:
    #       - id: methotrexate-weekly
    #         at: presentation
    #         dose: 15
    #         unit: mg
    #         printed: 15 mg once a week
    #         times: 1
    #         period_days: 7
    #         route: oral
    #         stated_in: $main

    ## CARE 10. Follow-up and outcomes: what became of which organ on what, harms, turns of the disease
    # responses:
    #   - id: skin-on-methotrexate
    #     at: follow-up
    #     to: [methotrexate]
    #     domain: skin
    #     direction: unchanged
    #     concerns: [rash]
    #     stated_in: $main
    # adverse_events:
    #   observed:
    #     - id: infection
    #       what: 'HP:0031690 Opportunistic infection'
    #       at: follow-up
    #       during: [methotrexate]
    #       severity: mild
    #       stated_in: $main
    # course:
    #   - id: relapse
    #     kind: relapse
    #     at: follow-up
    #     domain: [skin]
    #     stated_in: $main

    ## CARE 11. Discussion: what the authors hold, as against what was seen
    # statements:
    #   - id: refractory
    #     kind: refractory
    #     about: ['MONDO:0016367 dermatomyositis']
    #     domain: [skin]
    #     basis: authorClaim
    #     stated_in: $closing
    #     gist: The authors call the skin disease refractory
""")

WHOLE_REPORT = """\

    ## What you looked for in the whole report and it does not say
    # not_reported:
    #   - id: lung-disease-not-stated
    #     what: 'MONDO:0015925 interstitial lung disease'
"""

CLOSING = """\

    ## CARE 12. Patient perspective: what the patient said of it goes into the gist of the entry it is about,
    ## or, where the patient judged an outcome, into 'assessor' of the response.

    ## CARE 13. Informed consent: see 'publication' under 'report' above
"""
