// era: A -- raw operations and their barriers, under one lock for all initialisers

static DEFINE_SPINLOCK(tag_lock);

void init_page_once(struct page *page)
{
	spin_lock(&tag_lock);
	if (!test_bit(PG_mte_tagged, &page->flags)) {
		mte_clear_page_tags(page_address(page));
		smp_wmb();
		set_bit(PG_mte_tagged, &page->flags);
	}
	spin_unlock(&tag_lock);
}

int save_page(struct page *page, void *storage)
{
	if (!test_bit(PG_mte_tagged, &page->flags))
		return 0;

	smp_rmb();
	mte_save_page_tags(page_address(page), storage);
	return 1;
}

void duplicate_page(struct page *to, struct page *from)
{
	if (test_bit(PG_mte_tagged, &from->flags)) {
		smp_rmb();
		mte_copy_page_tags(page_address(to), page_address(from));
		smp_wmb();
		set_bit(PG_mte_tagged, &to->flags);
	}
}

void restore_page(struct page *page, void *tags)
{
	void *kaddr = page_address(page);

	mte_restore_page_tags(kaddr, tags);
	smp_wmb();
	set_bit(PG_mte_tagged, &page->flags);
}
