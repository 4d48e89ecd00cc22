// era: C -- new pages: nobody else has them, so the claim cannot fail

void tag_clear_highpage(struct page *page)
{
	/* a new page was never claimed */
	WARN_ON_ONCE(!try_page_mte_tagging(page));
	mte_zero_clear_page_tags(page_address(page));
	set_page_mte_tagged(page);
}

struct page *new_tagged_page(gfp_t gfp)
{
	struct page *page = alloc_page(gfp);

	if (!page)
		return NULL;

	mte_clear_page_tags(page_address(page));
	set_page_mte_tagged(page);
	return page;
}

struct page *new_page_like(struct page *old, gfp_t gfp)
{
	struct page *page = alloc_page(gfp);

	if (!page)
		return NULL;

	copy_page(page_address(page), page_address(old));
	if (page_mte_tagged(old)) {
		mte_copy_page_tags(page_address(page), page_address(old));
		set_page_mte_tagged(page);
	}
	return page;
}
