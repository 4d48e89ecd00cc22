// era: C -- helpers around the flag, in two configurations

#ifdef CONFIG_ARM64_MTE

static inline void set_page_mte_tagged(struct page *page)
{
	smp_wmb();
	set_bit(PG_mte_tagged, &page->flags);
}

static inline bool page_mte_tagged(struct page *page)
{
	bool tagged = test_bit(PG_mte_tagged, &page->flags);

	if (tagged)
		smp_rmb();
	return tagged;
}

static inline bool try_page_mte_tagging(struct page *page)
{
	if (!test_and_set_bit(PG_mte_lock, &page->flags))
		return true;

	smp_cond_load_acquire(&page->flags, VAL & (1UL << PG_mte_tagged));
	return false;
}

#else

static inline void set_page_mte_tagged(struct page *page)
{
}

static inline bool page_mte_tagged(struct page *page)
{
	return false;
}

static inline bool try_page_mte_tagging(struct page *page)
{
	return false;
}

#endif
