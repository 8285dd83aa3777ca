"""What each field of a case document means to a curator; an editor shows it as help."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["describe"]

#: field -> its meaning; ``Class.field`` where one class means something else by it.
DESCRIPTIONS: Mapping[str, str] = MappingProxyType(
    {
        # The document
        "casegraph": "The version of this format: 1.",
        "report": "The publication: its bibliography, how much was read, and what it says beyond its cases.",
        "curation": "Who wrote this document, when, and from what.",
        "passages": "The places of the report that entries point to: a name in lower case, then where it is.",
        "cases": "The patients, by their number in the paper, in quotes ('1', '2'): one entry a patient.",
        "groups": "Cohorts and other aggregates with a count; a group is never a patient.",
        # The report
        "title": "The title as printed.",
        "authors": "The authors in the order of the paper, one entry each.",
        "doi": "The identifier of the paper; without one give 'pmid' or 'key'.",
        "pmid": "The number of the paper in PubMed.",
        "key": "A name, lower case with hyphens, for a report without a DOI and a PubMed number.",
        "journal": "The journal, by its full name.",
        "publisher": "The publisher.",
        "issue": "Volume and issue as printed, such as '18:471' or 5/2020.",
        "issued": "When the paper came out, as exactly as it is known.",
        "issn": "The ISSNs of the journal.",
        "supplement_doi": "The DOI of the supplement.",
        "article_type": "What the journal calls it, such as Case Report or Letter.",
        "open_access": "Whether the paper can be read without paying.",
        "licence": "The address (URL) of the licence the paper is under.",
        "extent": (
            "How much of the report was read. What was not read is not captured, which is not the "
            "same as not "
            "reported."
        ),
        "text": "The captured text that the character ranges of passages count in.",
        "time_convention": (
            "How '2 months' becomes days: daysAsPrinted takes the printed number alone, "
            "halfUnitMonths allows half "
            "a month either way."
        ),
        "references": "The report's reference list, by number in quotes.",
        "citation": "The reference in short: authors, journal, year. Leave it out if the list lacks it.",
        "notices": (
            "What was published about the report later, each by a name in lower case: that it is retracted, "
            "corrected or in doubt."
        ),
        "Notice.kind": "retraction, erratum (also a corrigendum or correction) or expressionOfConcern.",
        "Notice.doi": "The identifier of the notice, not of the report.",
        "Notice.pmid": "The number of the notice in PubMed.",
        "Notice.issued": "When the notice came out, as exactly as it is known.",
        "Notice.source": "What says so, where the notice has no DOI and no PubMed number.",
        "reason": "Why, in your words.",
        "affects": (
            "What the notice is about: a patient ('1'), a claim of one ('1#il2-weekly'), one of the report "
            "('#consent'). Leave it out if it is about all, or nobody says."
        ),
        "only_bibliography": "Whether it is about the bibliography alone, such as the name of an author.",
        "literature": "What the report says about the literature or the world, not about its patient.",
        "publication": "What the report states on consent, funding, authorship, disclosures and licence.",
        "silences": "What was looked for in the whole report and is not stated about the publication itself.",
        "cites": "The numbers of the references that are cited for it.",
        "sha256": "The SHA-256 of the UTF-8 bytes of that text.",
        "characters": "The length of the captured text in Unicode code points.",
        "record": "The record of a data set that the case was read from, in place of the text of a report.",
        "dataset": "The name of the data set.",
        "Record.id": "The identifier of the record in its data set.",
        "Record.references": "Addresses (IRIs) of further publications that the record cites.",
        "resources": "The vocabularies and releases that the record was written in.",
        # The curation
        "by": "Your name, or that of your group.",
        "date": "When you wrote or last changed the document.",
        "source": "What you read: the publisher's page, a PDF, a row of a table.",
        # A passage
        "section": (
            "The section as a plain name: title, abstract, introduction, case-presentation, discussion."
        ),
        "paragraph": "The paragraph within the section, counted from 1.",
        "chars": "First and last+1 character in the captured text, counted from 0 in Unicode code points.",
        "pointer": "A JSON pointer to a record, where the source is a data file.",
        # A case or group
        "sex": "The patient's sex as the report gives it; unknown where it does not.",
        "age": "The patient's age, and the occasion at which it was that.",
        "years": "Age in years; months as a fraction, such as 0.5.",
        "member_of": "The groups of this document that the patient belongs to.",
        "patients": "How many patients the group counts.",
        "label": "What the report calls this patient or group, such as 'patient 2'.",
        "possibly_same_patient_as": "Addresses (IRIs) of cases elsewhere that may tell of the same patient.",
        "zero_point": "The occasion that counts as day 0.",
        "occasions": (
            "The timeline: moments or stretches that claims share. A name in lower case, then "
            "what is known of when."
        ),
        "findings": "Clinical findings: present, explicitly absent, or indeterminate.",
        "diagnoses": "Diagnoses by their standing: final, working, considered or excluded.",
        "tests": "What was measured or looked at: laboratory, imaging, biopsy, antibodies.",
        "treatments": "Drugs and procedures, each from start to stop, with their doses.",
        "responses": "What became of the disease, or of one organ, on a treatment or after it was stopped.",
        "adverse_events": "Harms that were seen, and what is said of there being none.",
        "course": "Turns of the disease: flare, relapse, remission, symptom-free interval, death.",
        "statements": "What the authors hold about the case, as against what was seen.",
        "not_reported": "What you looked for in the whole report and it does not say. It is not absence.",
        "conflicts": "Claims of the report that do not fit together; neither is corrected.",
        # Polarity and standing
        "present": "Findings that were there.",
        "absent": "Findings that the report says were not there; silence is no absence.",
        "indeterminate": "Findings that the report leaves open.",
        "final": "The diagnoses that the report settles on.",
        "working": "Diagnoses that were acted on for a time.",
        "considered": "Diagnoses that were thought of.",
        "excluded": "Diagnoses that were ruled out, or that the history says were never there.",
        "observed": "Harms that were seen.",
        "none": "The report says that no adverse event was seen.",
        "none_significant": "The report says that no significant (severe, relevant) adverse event was seen.",
        # An occasion
        "anchor": "The occasion that 'start' and 'end' are counted from.",
        "start": "Earliest and latest day on which it started, such as [-46, -15].",
        "end": "Earliest and latest day on which it ended, such as [12, 13].",
        "phase": "The part of the story that it belongs to.",
        "after": "Occasions that started no later than this one.",
        "same_time_as": "Occasions that started at the same time as this one.",
        "Occasion.stage": "The stage of life, such as infancy, where it is told in place of an age.",
        "Occasion.during": "Occasions within which this one started.",
        "Occasion.basis": "Write interpretation where the days are your reading and not the report's words.",
        "Occasion.printed": "The time as printed, such as 'after 2 months'.",
        # Any claim
        "id": (
            "A name for this entry that others can point to: lower case with hyphens, unique within the case."
        ),
        "at": "The occasion, from 'occasions', at which it was so.",
        "basis": (
            "How the report gives it: stated; implied by its words; derived from other claims; "
            "interpretation, "
            "which is the curator's; authorClaim, which the authors hold; or literature."
        ),
        "stated_in": "The one passage, from 'passages', that says it.",
        "restated_in": "Further passages that say the same.",
        "derived_from": "The ids of the claims that this one was computed from.",
        "repaired_from": "The characters as printed, where a misprint was mended.",
        "gist": "The same in your own words; never a sentence of the article.",
        "what": "The concept that it is about. casegraph term looks one up.",
        # A finding, diagnosis, test
        "site": "The parts of the body.",
        "laterality": "The side of the body.",
        "direction": "How it changed, where no value is given.",
        "severity": "How severe it was.",
        "modifier": "Terms that qualify the finding, such as what sets it off.",
        "resolved_at": "The occasion at which it was over.",
        "onset_at": "The occasion at which the disease began.",
        "stage": "The stages of the disease.",
        "continues": "The id of the earlier finding that this one is the further course of.",
        "supported_by": "The ids of the findings and tests that speak for it.",
        "by_definition": "The id of the definition, under report: literature, that was applied.",
        "result": "The outcome in a word; instead of 'value' or 'direction'.",
        "value": "The measured number, with its 'unit'; instead of 'result' or 'direction'.",
        "unit": "The unit in UCUM, such as mg/d, mg/kg/d, '[IU]' or ng/mL.",
        "unit_term": "The unit as a term, where the source gives it in a vocabulary other than UCUM.",
        "result_term": "The outcome as a term, where the source gives it in a vocabulary.",
        "component_of": "The panel or assay that it is one value of.",
        "printed": "The value and unit as printed.",
        "range_low": "The lower limit of normal that the report gives, in the same unit.",
        "range_high": "The upper limit of normal that the report gives, in the same unit.",
        "degree": "How strong the change was.",
        "method": "How it was tested.",
        "specimen": "What was tested, such as serum or skin.",
        "coverage": "membersNotListed: a summary such as 'all antibodies negative', with no list.",
        "positive_count": "In how many of those tested it was positive.",
        "evaluated_count": "How many were tested or assessed.",
        # A treatment and its doses
        "ongoing_at": "The last occasion at which it was still given.",
        "ends_at": "The occasion at which it was stopped; leave it out where that is unknown.",
        "end_basis": "Write implied where the stop is only hinted at.",
        "stop_reason": "Why it was stopped. An intolerance is not a failure.",
        "line": "The number of the line of treatment, where the report counts its lines.",
        "indication": "What it was given for, where that is not the main disease.",
        "intent": "What it was meant to reach, such as cure or palliation.",
        "cumulative_dose": "The sum of all doses, with 'cumulative_unit'.",
        "cumulative_unit": "The unit of the cumulative dose in UCUM.",
        "duration_min_days": "How many days it lasted at least.",
        "duration_max_days": "How many days it lasted at most.",
        "doses": "One entry for each stretch with the same dosing; a change of dose is a new entry.",
        "dose": "One dose as a plain number, such as 1000000, in 'unit'.",
        "dose_min": "The smallest dose, where a span is given.",
        "dose_max": "The largest dose, where a span is given.",
        "dose_from": "The dose at which a taper or an escalation began.",
        "dose_to": "The dose at which a taper or an escalation ended.",
        "dose_step": "By how much each step changed the dose.",
        "step_days": "How many days lay between two steps.",
        "DoseSegment.unit": "The unit of the dose in UCUM, such as mg, mg/d, mg/kg/d or '[IU]'.",
        "unit_missing": "Write notStated where a number is printed without a unit.",
        "per_weight": "The same dose by body weight, where the report gives both.",
        "per_weight_unit": "The unit of the dose by body weight, such as mg/kg/d.",
        "DoseSegment.printed": "The dose as printed.",
        "times": "How many doses are given in each period.",
        "period_days": "The length of the period in days: 1 a day, 7 a week.",
        "schedule": "How often, as a term, where the source gives it in a vocabulary.",
        "doses_in_all": "How many doses were given in all.",
        "route": "How it was given.",
        "follows": "The id of the entry that this dosing came after.",
        "change": "Whether the dose was raised or lowered, where the doses themselves do not tell.",
        "change_reason": "The id of the claim, such as a flare, for which the dose was changed.",
        # A response, a harm, a turn
        "to": "The ids of the treatments, or of their doses, that it was seen on.",
        "after_stopping": "The ids of the treatments after whose stop it was seen; it never counts for them.",
        "domain": "The organ or aspect.",
        "Response.direction": "What became of it. notEvaluable is neither a success nor a failure.",
        "Response.degree": "How far it went.",
        "latency_min_days": "After how many days at least.",
        "latency_max_days": "Within how many days.",
        "criterion": "The definition of response that was applied, such as an index and its cut-off.",
        "assessor": "Who judged, such as the physician or the patient.",
        "concerns": "The ids of the claims that it is about.",
        "responder_count": "How many responded.",
        "during": "The ids of the treatments during which it was seen, or not seen.",
        "kind": "Which kind it is.",
        "trigger": "The id of the claim that set it off.",
        "cause": "The disease that a death is put down to.",
        "Course.printed": "The time as printed, such as '8 months'.",
        # A statement
        "about": "The concepts that are spoken of.",
        "disease": "The disease in which the authors say it.",
        "attributed_to": "The ids of the claims that the authors put it down to.",
        "general": "true where it is said of a treatment or a disease and not of this patient.",
        "between": "The ids of the two or more claims that do not fit together.",
    }
)


def describe(struct: str, field: str) -> str:
    """Return the meaning of a field.

    :param struct: the name of the class that has the field.
    :raises KeyError: if nothing is said of the field.

    >>> describe("Occasion", "during")
    'Occasions within which this one started.'
    """
    return DESCRIPTIONS.get(f"{struct}.{field}") or DESCRIPTIONS[field]
