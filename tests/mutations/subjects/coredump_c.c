// era: C -- the tags of a dying process go into its core file

bool may_dump(struct page *page)
{
	/* only initialised pages are dumped; a page is never claimed here */
	return system_supports_mte() && page_mte_tagged(page);
}

int dump_tags(struct coredump_params *cprm, unsigned long start, unsigned long end)
{
	char *storage = NULL;
	unsigned long addr;
	int ret = 1;

	for (addr = start; addr < end; addr += PAGE_SIZE) {
		struct page *page = get_dump_page(addr);

		if (!page) {
			dump_skip(cprm, MTE_PAGE_TAG_STORAGE);
			continue;
		}
		if (!page_mte_tagged(page)) {
			put_page(page);
			dump_skip(cprm, MTE_PAGE_TAG_STORAGE);
			continue;
		}
		if (!storage) {
			storage = mte_allocate_tag_storage();
			if (!storage) {
				put_page(page);
				ret = 0;
				break;
			}
		}

		mte_save_page_tags(page_address(page), storage);
		put_page(page);

		if (!dump_emit(cprm, storage, MTE_PAGE_TAG_STORAGE)) {
			ret = 0;
			break;
		}
	}

	if (storage)
		mte_free_tag_storage(storage);
	return ret;
}

int same_tags(struct page *page1, struct page *page2)
{
	/* pages with tags are never merged */
	if (page_mte_tagged(page1) || page_mte_tagged(page2))
		return page1 == page2;

	return 1;
}

long gather_tags(struct page *page, char *storage, bool wanted)
{
	if (!wanted)
		return 0;

	if (page_mte_tagged(page)) {
		void *kaddr = page_address(page);

		mte_save_page_tags(kaddr, storage);
		return MTE_PAGE_TAG_STORAGE;
	}

	memset(storage, 0, MTE_PAGE_TAG_STORAGE);
	return 0;
}
