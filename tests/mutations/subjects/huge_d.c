// era: D -- hugetlb folios: one flag on the head for all pages

void init_huge(struct folio *folio)
{
	unsigned long i, nr = folio_nr_pages(folio);

	if (!folio_try_hugetlb_mte_tagging(folio))
		return;

	for (i = 0; i < nr; i++)
		mte_clear_page_tags(page_address(folio_page(folio, i)));

	folio_set_hugetlb_mte_tagged(folio);
}

void init_any(struct folio *folio, struct page *page)
{
	unsigned long i, nr = folio_nr_pages(folio);

	if (folio_test_hugetlb(folio)) {
		if (folio_test_hugetlb_mte_tagged(folio))
			return;
		if (folio_try_hugetlb_mte_tagging(folio)) {
			for (i = 0; i < nr; i++) {
				struct page *each = folio_page(folio, i);

				mte_clear_page_tags(page_address(each));
			}
			folio_set_hugetlb_mte_tagged(folio);
		}
	} else if (try_page_mte_tagging(page)) {
		mte_clear_page_tags(page_address(page));
		set_page_mte_tagged(page);
	}
}

void copy_huge(struct folio *dst, struct folio *src)
{
	long i, nr = folio_nr_pages(src);

	if (!folio_test_hugetlb(src) || !folio_test_hugetlb_mte_tagged(src))
		return;

	WARN_ON_ONCE(!folio_try_hugetlb_mte_tagging(dst));
	for (i = 0; i < nr; i++) {
		void *kto = page_address(folio_page(dst, i));
		void *kfrom = page_address(folio_page(src, i));

		mte_copy_page_tags(kto, kfrom);
	}
	folio_set_hugetlb_mte_tagged(dst);
}

int save_huge(struct folio *folio, char *storage)
{
	long i, nr = folio_nr_pages(folio);

	if (!folio_test_hugetlb_mte_tagged(folio))
		return 0;

	for (i = 0; i < nr; i++) {
		mte_save_page_tags(page_address(folio_page(folio, i)), storage);
		storage += MTE_PAGE_TAG_STORAGE;
	}
	return nr;
}

bool any_tagged(struct folio *folio)
{
	if (folio_test_hugetlb(folio))
		return folio_test_hugetlb_mte_tagged(folio);

	return page_mte_tagged(&folio->page);
}
