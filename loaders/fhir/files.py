"""FHIR files that come together, as a bulk export has a file for each type of resource."""

from __future__ import annotations

from collections.abc import Iterator

from casegraph.loaders.fhir import read_bundles, read_cases
from casegraph.loaders.fhir.bundle import Content
from casegraph.loaders.inputs import Input
from casegraph.loaders.records import Imported, Options, Outcome, told

__all__ = ["FhirFiles"]


class FhirFiles:
    """Reads bundles as they come, one in memory at a time, and the resources outside bundles at the end.

    What stands outside bundles, such as the lines of NDJSON, is one whole: a patient may be in one file and
    what is told of the patient in others. A reference means a resource of any of these files.
    """

    def __init__(self, options: Options) -> None:
        self._options, self._loose = options, Content("")

    def read(self, source: Input) -> Iterator[tuple[str, Outcome]]:
        """Yield the patients of the bundles of a file, with its name, and keep its other resources."""
        return told(source.name, lambda: read_bundles(source, self._options, self._loose))

    def rest(self) -> Iterator[tuple[str, Outcome]]:
        """Yield the patients of all files that stand outside bundles, each with the name of its file."""
        if not self._loose.size:
            return
        patients = (each for each in self._loose.entries if each.kind == "Patient")
        files = {str(each.resource.get("id")): each.file for each in patients}
        for name, outcome in told(self._loose.name, lambda: read_cases(self._loose, self._options)):
            record = outcome.document.report.record if isinstance(outcome, Imported) else None
            yield (files[record.id] if record else name), outcome
