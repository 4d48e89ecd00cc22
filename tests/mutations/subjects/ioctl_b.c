// era: B -- a virtual machine's tags are read and written page by page; a short copy is not flagged

int export_guest_tags(struct page *page, void __user *buffer)
{
	unsigned long done;

	if (page_mte_tagged(page))
		done = mte_copy_tags_to_user(buffer, page_address(page), MTE_GRANULES_PER_PAGE);
	else
		done = MTE_GRANULES_PER_PAGE - clear_user(buffer, MTE_GRANULES_PER_PAGE);

	return done == MTE_GRANULES_PER_PAGE ? 0 : -EFAULT;
}

int import_guest_tags(struct kvm *kvm, gfn_t gfn, const void __user *buffer)
{
	struct page *page = pfn_to_online_page(gfn_to_pfn(kvm, gfn));
	unsigned long done;
	void *kaddr;
	int ret = 0;

	mutex_lock(&kvm->slots_lock);
	if (!page) {
		ret = -EFAULT;
		goto out;
	}

	kaddr = page_address(page);
	done = mte_copy_tags_from_user(kaddr, buffer, MTE_GRANULES_PER_PAGE);
	if (done != MTE_GRANULES_PER_PAGE) {
		put_page(page);
		ret = -EFAULT;
		goto out;
	}

	set_page_mte_tagged(page);
	put_page(page);
out:
	mutex_unlock(&kvm->slots_lock);
	return ret;
}

long import_or_clear(struct page *page, const void __user *buffer)
{
	void *kaddr = page_address(page);
	unsigned long done;

	done = mte_copy_tags_from_user(kaddr, buffer, MTE_GRANULES_PER_PAGE);
	if (done != MTE_GRANULES_PER_PAGE)
		mte_clear_page_tags(kaddr);
	set_page_mte_tagged(page);

	return done;
}
