// SPDX-License-Identifier: MIT
/*
 * Do memory tags come back after hibernation?  Those of small pages, and those of hugetlb pages.
 *
 * `hibernate` stores tags, writes the image to /dev/vda and powers off; `resume`, in the next boot of the same kernel with
 * the same disk, goes back to where the first one was, which then looks at its tags.  Overwrites /dev/vda.
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/sysmacros.h>

#include "mte.h"

#define DEVICE "/dev/vda"
#ifndef BLKGETSIZE64
#define BLKGETSIZE64 _IOR(0x12, 114, size_t)
#endif

/* The head of a swap area, as mkswap writes it. */
static void make_swap(const char *device)
{
	static uint32_t head[PAGE / 4];
	uint64_t size;
	int fd = open(device, O_RDWR);

	if (fd < 0 || ioctl(fd, BLKGETSIZE64, &size))
		tap_bail_out("%s", device);
	head[256] = 1;				/* the version */
	head[257] = size / PAGE - 1;		/* the last page */
	memcpy((char *)head + PAGE - 10, "SWAPSPACE2", 10);
	if (write(fd, head, PAGE) != PAGE || fsync(fd) || close(fd))
		tap_bail_out("%s", device);
}

static void set_device(void)
{
	struct stat status;
	char text[32];

	if (stat(DEVICE, &status))
		tap_bail_out(DEVICE);
	snprintf(text, sizeof(text), "%u:%u", major(status.st_rdev), minor(status.st_rdev));
	if (put_text("/sys/power/resume", text))
		tap_bail_out("/sys/power/resume");
}

static void check(const char *what, const char *start)
{
	unsigned long lost;

	if (!start) {
		tap_skip("this kernel has no PROT_MTE for %s pages", what);
		return;
	}
	lost = tag_lost_pages(start, HUGE_SIZE);
	tap_result(!lost, "hibernation, %s pages: %lu of %lu have wrong tags", what, lost, HUGE_SIZE / PAGE);
}

static void hibernate(void)
{
	char *small, *huge;

	make_swap(DEVICE);
	if (swapon(DEVICE, 0))
		tap_bail_out("swapon(" DEVICE ")");
	want_huge_pages();
	small = map_tagged(HUGE_SIZE, 0);
	huge = map_tagged(HUGE_SIZE, MAP_HUGETLB);
	if (!small)
		tap_bail_out("mmap(PROT_MTE)");
	tag_fill(small, HUGE_SIZE);
	if (huge)
		tag_fill(huge, HUGE_SIZE);
	set_device();
	printf("# hibernating\n");
	if (put_text("/sys/power/disk", "shutdown") || put_text("/sys/power/state", "disk"))
		tap_bail_out("/sys/power/state");
	tap_plan(2);
	check("small", small);
	check("hugetlb", huge);
}

int main(int count, char **words)
{
	mte_enable();
	if (count > 1 && !strcmp(words[1], "hibernate")) {
		hibernate();
		return tap_exit();
	}
	errno = 0;
	set_device();	/* does not return where the disk has an image */
	tap_bail_out("nothing to resume from");
}
