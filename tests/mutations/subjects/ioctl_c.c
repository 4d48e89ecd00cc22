// era: C -- the same with the claim: the page is initialised first, and then takes the user's tags

static void prepare_page(struct page *page)
{
	if (try_page_mte_tagging(page)) {
		mte_clear_page_tags(page_address(page));
		set_page_mte_tagged(page);
	}
}

int import_frame(unsigned long pfn, const void __user *buffer)
{
	struct page *page = pfn_to_online_page(pfn);
	unsigned long done;

	if (!page)
		return -EFAULT;

	prepare_page(page);
	done = mte_copy_tags_from_user(page_address(page), buffer, MTE_GRANULES_PER_PAGE);
	put_page(page);

	return done == MTE_GRANULES_PER_PAGE ? 0 : -EFAULT;
}

int export_frame(unsigned long pfn, void __user *buffer)
{
	struct page *page = pfn_to_online_page(pfn);
	unsigned long left = MTE_GRANULES_PER_PAGE;

	if (!page)
		return -EFAULT;

	if (page_mte_tagged(page))
		left -= mte_copy_tags_to_user(buffer, page_address(page), MTE_GRANULES_PER_PAGE);
	else
		left = clear_user(buffer, MTE_GRANULES_PER_PAGE);
	put_page(page);

	return left ? -EFAULT : 0;
}

int load_from_buffer(struct page *page, const void __user *saved, void *buffer)
{
	if (copy_from_user(buffer, saved, MTE_PAGE_TAG_STORAGE))
		return -EFAULT;

	if (try_page_mte_tagging(page)) {
		mte_restore_page_tags(page_address(page), buffer);
		set_page_mte_tagged(page);
	}

	return 0;
}
