"""What upstream history says about a finding."""

from mtelint.model import Finding


def history(finding: Finding) -> str:
    """Upstream commits with the same defect, and those that fixed it; empty where none is known."""
    fixed = f"fixed by {', '.join(finding.fixed_by)}" if finding.fixed_by else ""
    return "; ".join(part for part in (", ".join(finding.commits), fixed) if part)
