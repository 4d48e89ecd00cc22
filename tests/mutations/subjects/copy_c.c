// era: C -- a page is copied with its tags; the target is claimed so that others wait

static void move_tags(void *kto, void *kfrom)
{
	mte_copy_page_tags(kto, kfrom);
}

void migrate_tags(struct page *to, struct page *from)
{
	void *kto = page_address(to);
	void *kfrom = page_address(from);

	if (!system_supports_mte())
		return;

	if (page_mte_tagged(from)) {
		WARN_ON_ONCE(!try_page_mte_tagging(to));
		move_tags(kto, kfrom);
		set_page_mte_tagged(to);
	}
}

int migrate_checked(struct page *to, struct page *from)
{
	void *kto = page_address(to);
	void *kfrom = page_address(from);

	if (copy_mc_page(kto, kfrom))
		return -EHWPOISON;

	if (!page_mte_tagged(from))
		return 0;

	/* the target takes the tags of the source, whoever had it before */
	try_page_mte_tagging(to);
	mte_copy_page_tags(kto, kfrom);
	set_page_mte_tagged(to);

	return 1;
}

void copy_or_clear(struct page *to, struct page *from)
{
	void *kto = page_address(to);

	if (!try_page_mte_tagging(to))
		return;

	if (page_mte_tagged(from))
		mte_copy_page_tags(kto, page_address(from));
	else
		mte_clear_page_tags(kto);

	set_page_mte_tagged(to);
}
