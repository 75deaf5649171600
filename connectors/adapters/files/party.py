"""File imports as a connector: nothing is called, people bring the files."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.adapters.base import Party
from connectors.adapters.kinds import TOOLS, Kind
from connectors.adapters.line import Line


class FilesParty(Party):
    """Stands for a place that files come from; its mappings are kept by model."""

    kind = Kind(
        key="files",
        label="File imports",
        group=TOOLS,
        icon="file-up",
        does="Takes CSV, NDJSON and XLSX files: podcast analytics, consent, subjects of audiences.",
        steps=(
            "Name where the files come from, such as the export of a warehouse.",
            "Upload a file under File imports and choose a column for each input.",
            "The next file of this place finds the columns chosen.",
        ),
    )

    def try_out(self, line: Line, settings: Mapping[str, Any], *, now: datetime) -> str:
        return "Nothing to call: upload a file under File imports."
