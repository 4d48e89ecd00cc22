"""A folder with one defect."""

from pathlib import Path

import pytest

CODE = """\
void prepare(struct page *page)
{
	set_bit(PG_mte_tagged, &page->flags);
	mte_clear_page_tags(page_address(page));
}
"""


@pytest.fixture
def code(tmp_path: Path) -> Path:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "one.c").write_text(CODE)
    return tmp_path / "code"
