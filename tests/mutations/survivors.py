"""Mutants that are not found: known limits, by name, with the reason.  Each is a strict expected failure."""

SURVIVORS: dict[str, str] = {
    "copy_c/migrate_checked/claim-behind-write-1": "any claim before the set counts, one behind the write too",
    "ioctl_c/prepare_page/drop-set-1": "a claim taken in a callee is taken for one that the caller's caller releases",
    "ioctl_c/prepare_page/drop-claim-1": "MTE015 is not judged in the callers of a static function",
    "ioctl_c/prepare_page/or-in-front-of-claim-1": "MTE015 is not judged in the callers of a static function",
}
