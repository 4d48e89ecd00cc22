// era: C -- the image of a sleeping machine: tags are saved by frame, and written back without the flag

static DEFINE_XARRAY(image_tags);

bool claim_for_image(struct page *page)
{
	return try_page_mte_tagging(page);
}

static int keep_frame(struct page *page, unsigned long pfn)
{
	void *storage = mte_allocate_tag_storage();
	void *old;

	if (!storage)
		return -ENOMEM;

	mte_save_page_tags(page_address(page), storage);
	old = xa_store(&image_tags, pfn, storage, GFP_KERNEL);

	return xa_err(old);
}

int keep_zone(struct zone *zone)
{
	unsigned long pfn, last = zone_end_pfn(zone);
	int kept = 0, ret;

	if (!system_supports_mte())
		return 0;

	for (pfn = zone->zone_start_pfn; pfn < last; pfn++) {
		struct page *page = pfn_to_online_page(pfn);

		if (!page)
			continue;
		if (!page_mte_tagged(page))
			continue;

		ret = keep_frame(page, pfn);
		if (ret)
			return ret;
		kept++;
	}

	pr_info("kept the tags of %d pages\n", kept);
	return 0;
}

void write_back_image(void)
{
	XA_STATE(state, &image_tags, 0);
	void *tags;

	xa_lock(&image_tags);
	xas_for_each(&state, tags, ULONG_MAX) {
		struct page *page = pfn_to_online_page(state.xa_index);

		mte_restore_page_tags(page_address(page), tags);
		mte_free_tag_storage(tags);
	}
	xa_unlock(&image_tags);
}
