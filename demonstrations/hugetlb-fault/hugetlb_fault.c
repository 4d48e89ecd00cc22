// SPDX-License-Identifier: MIT
/*
 * Does a new hugetlb page start with clear tags?  One that had tags before is given back and mapped again.
 */
#include "mte.h"

static unsigned long soiled_pages(const volatile char *start)
{
	unsigned long page, granule, soiled = 0;

	for (page = 0; page < HUGE_SIZE / PAGE; page++)
		for (granule = 0; granule < GRANULES_PER_PAGE; granule++)
			if (tag_get(start + page * PAGE + granule * GRANULE)) {
				soiled++;
				break;
			}
	return soiled;
}

int main(void)
{
	char *start;
	unsigned long soiled = 0;

	mte_enable();
	put_text("/proc/sys/vm/nr_hugepages", "1");
	tap_plan(1);
	for (int turn = 0; turn < 2; turn++) {
		start = map_tagged(HUGE_SIZE, MAP_HUGETLB);
		if (!start) {
			tap_skip("this kernel has no PROT_MTE for hugetlb pages");
			return tap_exit();
		}
		start[0] = 1;
		soiled = soiled_pages(start);
		tag_fill(start, HUGE_SIZE);
		munmap(start, HUGE_SIZE);
	}
	tap_result(!soiled, "a new hugetlb page has clear tags: %lu of %lu pages have not", soiled, HUGE_SIZE / PAGE);
	put_text("/proc/sys/vm/nr_hugepages", "0");
	return tap_exit();
}
