// era: C -- swap with the claim: who wins restores or clears, who loses does nothing

static DEFINE_XARRAY(saved_tags);

void load_saved_tags(unsigned long entry, struct page *page)
{
	void *tags = xa_load(&saved_tags, entry);

	if (!tags)
		return;

	if (try_page_mte_tagging(page)) {
		mte_restore_page_tags(page_address(page), tags);
		set_page_mte_tagged(page);
	}
}

void sync_one(struct page *page, unsigned long entry)
{
	void *tags, *kaddr;

	if (!try_page_mte_tagging(page))
		return;

	kaddr = page_address(page);
	tags = xa_load(&saved_tags, entry);
	if (tags) {
		mte_restore_page_tags(kaddr, tags);
		goto publish;
	}

	mte_clear_page_tags(kaddr);
publish:
	set_page_mte_tagged(page);
}

void sync_range(struct page *page, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++, page++) {
		if (page_mte_tagged(page))
			continue;
		if (try_page_mte_tagging(page)) {
			mte_clear_page_tags(page_address(page));
			set_page_mte_tagged(page);
		}
	}
}

int store_tags(struct page *page, void *storage)
{
	bool tagged = system_supports_mte() && page_mte_tagged(page);

	if (!tagged)
		return 0;

	mte_save_page_tags(page_address(page), storage);
	return 1;
}
