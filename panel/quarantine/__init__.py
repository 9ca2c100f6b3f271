"""The quarantine: passages of evidence that give orders to reviewers are flagged, left out and weighed.

sentences → readings with disguises taken off (folding, decoding) → rules and languages → flags for the editor →
the dossier without them → the same call asked with and without.

`panel.quarantine.recheck` is imported by its own name: it brings the engines in, and flags need none.
"""

from panel.quarantine.findings import FLIP, UNKNOWN, likelier_call, quarantine_findings
from panel.quarantine.flags import Flag, describe_flag, flag_passages
from panel.quarantine.leaving import leave_out

__all__ = [
    "FLIP",
    "UNKNOWN",
    "Flag",
    "describe_flag",
    "flag_passages",
    "leave_out",
    "likelier_call",
    "quarantine_findings",
]
