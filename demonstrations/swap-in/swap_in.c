// SPDX-License-Identifier: MIT
/*
 * Two processes read one page back from swap.  Do both see the tags that were stored before it was swapped out?
 *
 * Without arguments one after the other; `hold=SYMBOL` with the first one held at that function of the kernel while the
 * second reads.  Swaps to /dev/zram0, so it needs zram and root.
 */
#include <fcntl.h>
#include <sys/swap.h>

#include "hold.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif
#define DEVICE "/dev/zram0"
#define SIZE (16UL << 20)

struct side {
	volatile int go, done;
	unsigned long lost;
};

static struct shared {
	struct side sides[2];
} *shared;

/* The head of a swap area, as mkswap writes it. */
static void make_swap(const char *device, unsigned long size)
{
	static uint32_t head[PAGE / 4];
	int fd = open(device, O_WRONLY);

	head[256] = 1;				/* the version */
	head[257] = size / PAGE - 1;		/* the last page */
	memcpy((char *)head + PAGE - 10, "SWAPSPACE2", 10);
	if (fd < 0 || write(fd, head, PAGE) != PAGE || fsync(fd) || close(fd))
		tap_bail_out("%s", device);
}

static int is_swapped(const volatile char *page)
{
	uint64_t entry = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY);

	if (fd < 0 || pread(fd, &entry, sizeof(entry), (unsigned long)page / PAGE * sizeof(entry)) != sizeof(entry))
		tap_bail_out("/proc/self/pagemap");
	close(fd);
	return entry >> 62 & 1;
}

static volatile char *swapped_page(void)
{
	char *page = map_tagged(PAGE, 0);

	if (!page)
		tap_bail_out("mmap(PROT_MTE)");
	memset(page, 0x5a, PAGE);
	tag_fill(page, PAGE);
	for (int i = 0; i < 200 && !is_swapped(page); i++) {
		madvise(page, PAGE, MADV_PAGEOUT);
		usleep(10000);
	}
	if (!is_swapped(page))
		tap_bail_out("the page stays in memory");
	return page;
}

static pid_t start(volatile char *page, int number, int cpu)
{
	struct side *self = &shared->sides[number];
	pid_t pid = fork();

	if (pid)
		return pid;
	pin(cpu);
	mte_enable();
	while (!self->go)
		usleep(100);
	self->lost = tag_lost_pages(page, PAGE);
	self->done = 1;
	_exit(0);
}

int main(int count, char **words)
{
	struct side *first, *rival;
	volatile char *page;
	pid_t pids[2];

	mte_enable();
	hold_arguments(count, words);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED || put_text("/sys/block/zram0/disksize", "16777216"))
		tap_bail_out("zram0");
	make_swap(DEVICE, SIZE);
	if (swapon(DEVICE, 0))
		tap_bail_out("swapon(" DEVICE ")");
	tap_plan(2);
	page = swapped_page();
	first = &shared->sides[0];
	rival = &shared->sides[1];
	pids[0] = start(page, 0, HELD_CPU);
	pids[1] = start(page, 1, RIVAL_CPU);
	hold_course(&first->go, &first->done, &rival->go, &rival->done, pids[1]);
	tap_result(first->done && rival->done, "processes that read the page: %d of 2", first->done + rival->done);
	tap_result(!first->lost && !rival->lost, "processes that see other tags than were stored: %lu of 2",
		   first->lost + rival->lost);
	return tap_exit();
}
