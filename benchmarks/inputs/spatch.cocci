// Three rules for spatch, written for the comparison in the spirit of MTE002, MTE007 and MTE008.  They know one way to
// name a page, no caller and no claim, so they also report loops that go on to the next page, and functions whose
// caller tests.

// The flag is set, and on some path the tags of the same page are written behind it.
@flag_before_tags exists@
symbol PG_mte_tagged;
expression page;
@@
* \(set_page_mte_tagged(page)\|test_and_set_bit(PG_mte_tagged, &page->flags)\)
  ... when any
* \(mte_clear_page_tags\|mte_zero_clear_page_tags\|mte_restore_page_tags\)(page_address(page), ...)

// The tags are read on a path from the start of the function on which the flag was not tested.
@tags_read_untested exists@
identifier f;
expression page;
@@
f(...)
{
  ... when != page_mte_tagged(page)
* mte_save_page_tags(page_address(page), ...)
  ... when any
}

// The tags are written where the flag was found set, so never for a page that needs it.
@inverted_guard exists@
expression page;
@@
* if (page_mte_tagged(page)) {
  ... when any
* \(mte_clear_page_tags\|mte_zero_clear_page_tags\|mte_restore_page_tags\)(page_address(page), ...)
  ... when any
  }
