// era: B -- first touch under a lock that all initialisers take

static DEFINE_MUTEX(first_touch);

void touch_page(struct page *page)
{
	mutex_lock(&first_touch);
	if (!page_mte_tagged(page)) {
		mte_clear_page_tags(page_address(page));
		set_page_mte_tagged(page);
	}
	mutex_unlock(&first_touch);
}

int touch_range(struct page **pages, unsigned int nr)
{
	unsigned int i;
	int fresh = 0;

	mutex_lock(&first_touch);
	for (i = 0; i < nr; i++) {
		struct page *page = pages[i];

		if (page_mte_tagged(page))
			continue;
		mte_clear_page_tags(page_address(page));
		set_page_mte_tagged(page);
		fresh++;
	}
	mutex_unlock(&first_touch);

	return fresh;
}

void touch_and_map(struct page *page, pte_t *ptep, pte_t pte)
{
	mutex_lock(&first_touch);
	if (page_mte_tagged(page))
		goto map;

	mte_zero_clear_page_tags(page_address(page));
	set_page_mte_tagged(page);
map:
	mutex_unlock(&first_touch);
	set_pte(ptep, pte);
}
