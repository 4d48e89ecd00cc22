// era: B -- tags leave with a page that is swapped out, and come back with it

static DEFINE_XARRAY(saved_tags);

int keep_tags(struct page *page)
{
	void *storage, *old;

	if (!page_mte_tagged(page))
		return 0;

	storage = mte_allocate_tag_storage();
	if (!storage)
		return -ENOMEM;

	mte_save_page_tags(page_address(page), storage);

	old = xa_store(&saved_tags, page_private(page), storage, GFP_KERNEL);
	if (xa_is_err(old)) {
		mte_free_tag_storage(storage);
		return xa_err(old);
	}

	return 0;
}

static bool load_tags(unsigned long entry, struct page *page)
{
	void *tags = xa_load(&saved_tags, entry);

	if (!tags)
		return false;

	mte_restore_page_tags(page_address(page), tags);
	return true;
}

void swap_in_tags(unsigned long entry, struct page *page)
{
	if (load_tags(entry, page))
		set_page_mte_tagged(page);
}

void map_swapped_page(unsigned long entry, pte_t *ptep, pte_t pte)
{
	struct page *page = pte_page(pte);
	void *tags = xa_load(&saved_tags, entry);
	void *kaddr = page_address(page);

	if (tags)
		mte_restore_page_tags(kaddr, tags);
	else
		mte_clear_page_tags(kaddr);
	set_page_mte_tagged(page);
	set_pte(ptep, pte);
}
