// era: A -- a new page with raw operations

struct page *fresh_page(gfp_t gfp)
{
	struct page *page = alloc_page(gfp | __GFP_ZERO);

	if (!page)
		return NULL;

	mte_clear_page_tags(page_address(page));
	smp_wmb();
	set_bit(PG_mte_tagged, &page->flags);
	return page;
}

long dump_pages(struct page **pages, long nr, char *storage)
{
	long i, saved = 0;

	for (i = 0; i < nr; i++) {
		struct page *page = pages[i];

		if (!test_bit(PG_mte_tagged, &page->flags))
			continue;

		smp_rmb();
		mte_save_page_tags(page_address(page), storage);
		storage += MTE_PAGE_TAG_STORAGE;
		saved++;
	}
	return saved;
}
