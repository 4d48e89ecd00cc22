// era: B -- a debugger looks at tags and changes some of them

ssize_t peek_tags(struct page *page, unsigned long addr, char __user *to, size_t len)
{
	void *kaddr = page_address(page);
	size_t offset = offset_in_page(addr);

	if (!page_mte_tagged(page)) {
		put_page(page);
		return -EOPNOTSUPP;
	}

	len = mte_copy_tags_to_user(to, kaddr + offset, len);
	put_page(page);
	return len;
}

int exchange_tags(struct mm_struct *mm, unsigned long addr, struct iovec *iov, unsigned int gup)
{
	char __user *buf = iov->iov_base;
	size_t len = iov->iov_len;
	bool write = gup & FOLL_WRITE;
	int ret = 0;

	if (mmap_read_lock_killable(mm))
		return -EIO;

	while (len) {
		struct page *page = remote_page(mm, addr, gup);
		size_t offset = offset_in_page(addr);
		size_t tags;
		void *kaddr;

		if (IS_ERR_OR_NULL(page)) {
			ret = -EFAULT;
			break;
		}
		if (!page_mte_tagged(page)) {
			ret = -EOPNOTSUPP;
			put_page(page);
			break;
		}

		tags = min(len, (size_t)((PAGE_SIZE - offset) / MTE_GRANULE_SIZE));
		kaddr = page_address(page);
		if (write) {
			tags = mte_copy_tags_from_user(kaddr + offset, buf, tags);
			set_page_dirty_lock(page);
		} else {
			tags = mte_copy_tags_to_user(buf, kaddr + offset, tags);
		}
		put_page(page);

		if (!tags)
			break;
		len -= tags;
		buf += tags;
		addr += tags * MTE_GRANULE_SIZE;
	}

	mmap_read_unlock(mm);
	return ret;
}
