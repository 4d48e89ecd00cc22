"""Mutants that are not found: known limits, by name, with the reason.  Each is a strict expected failure."""

SURVIVORS: dict[str, str] = {
    "copy_c/migrate_checked/claim-behind-write-1": "any claim before the set counts, one behind the write too",
}
