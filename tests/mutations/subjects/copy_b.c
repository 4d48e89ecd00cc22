// era: B -- a page is copied with its tags, before the claim existed

void clone_tags(struct page *to, struct page *from)
{
	if (!system_supports_mte() || !page_mte_tagged(from))
		return;

	mte_copy_page_tags(page_address(to), page_address(from));
	set_page_mte_tagged(to);
}

void clone_page(struct page *to, struct page *from)
{
	void *kto = page_address(to);
	void *kfrom = page_address(from);

	copy_page(kto, kfrom);

	if (system_supports_mte() && page_mte_tagged(from)) {
		page_kasan_tag_reset(to);
		mte_copy_page_tags(kto, kfrom);
		set_page_mte_tagged(to);
	}
}

int clone_pages(struct page **to, struct page **from, unsigned int count)
{
	unsigned int i;
	int tagged = 0;

	for (i = 0; i < count; i++) {
		struct page *target = to[i];
		struct page *source = from[i];

		if (!page_mte_tagged(source))
			continue;

		mte_copy_page_tags(page_address(target), page_address(source));
		set_page_mte_tagged(target);
		tagged++;
	}

	return tagged;
}
