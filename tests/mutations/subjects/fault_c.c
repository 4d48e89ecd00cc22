// era: C -- pages that a guest touches for the first time

void prepare_guest_frame(struct kvm *kvm, kvm_pfn_t pfn)
{
	struct page *page = pfn_to_page(pfn);

	if (!kvm_has_mte(kvm) || is_zero_pfn(pfn))
		return;

	if (try_page_mte_tagging(page)) {
		mte_clear_page_tags(page_address(page));
		set_page_mte_tagged(page);
	}
}

void prepare_guest_range(struct page *page, unsigned long size)
{
	unsigned long i, nr = size >> PAGE_SHIFT;

	for (i = 0; i < nr; i++, page++) {
		if (!try_page_mte_tagging(page))
			continue;

		mte_clear_page_tags(page_address(page));
		set_page_mte_tagged(page);
	}
}

int map_guest_page(struct kvm *kvm, pte_t *ptep, pte_t pte)
{
	struct page *page = pte_page(pte);
	bool wanted = kvm_has_mte(kvm);
	int ret = 0;

	if (wanted && try_page_mte_tagging(page)) {
		mte_clear_page_tags(page_address(page));
		set_page_mte_tagged(page);
	} else if (!wanted) {
		ret = -EINVAL;
	}
	if (!ret)
		set_pte(ptep, pte);

	return ret;
}
