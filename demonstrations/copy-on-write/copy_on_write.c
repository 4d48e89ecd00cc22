// SPDX-License-Identifier: MIT
/*
 * A process forks and its child writes to a page with tags: the child gets a copy.  Has the copy the tags?
 *
 * `hold=SYMBOL`: the child is held at that function of the kernel while the parent reads its own tags.
 */
#include "hold.h"

struct side {
	volatile int go, done;
	unsigned long lost;
};

static struct side *sides;

static pid_t start(volatile char *page, int number, int cpu)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	pin(cpu);
	mte_enable();
	while (!sides[number].go)
		usleep(100);
	if (!number)
		page[8] = 1;
	sides[number].lost = tag_lost_pages(page, PAGE);
	sides[number].done = 1;
	_exit(0);
}

int main(int count, char **words)
{
	volatile char *page;
	pid_t pids[2];

	mte_enable();
	hold_arguments(count, words);
	sides = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	page = map_tagged(PAGE, 0);
	if (sides == MAP_FAILED || !page)
		tap_bail_out("mmap()");
	tag_fill(page, PAGE);
	tap_plan(3);
	pids[0] = start(page, 0, HELD_CPU);
	pids[1] = start(page, 1, RIVAL_CPU);
	hold_course(&sides[0].go, &sides[0].done, &sides[1].go, &sides[1].done, pids[1]);
	tap_result(sides[0].done && sides[1].done, "processes that come back: %d of 2", sides[0].done + sides[1].done);
	tap_result(!sides[0].lost, "the copy has the tags of the original");
	tap_result(!sides[1].lost && !tag_lost_pages(page, PAGE), "the original keeps the tags");
	return tap_exit();
}
