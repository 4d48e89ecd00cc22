// SPDX-License-Identifier: MIT
/*
 * Two processes give one shared page PROT_MTE by mprotect(), and each stores tags in its half of the page.  Are both
 * halves right at the end?
 *
 * Without arguments one after the other; `hold=SYMBOL` with the first one held at that function of the kernel while the
 * second does all of its work; `race=N` at the same moment, on N pages.
 */
#include "hold.h"

#define HALF (GRANULES_PER_PAGE / 2)

struct side {
	volatile int ready, go, done, again, finished;
	unsigned int stale, lost;
	int error;
};

static struct shared {
	struct side sides[2];
} *shared;

/* Counts the granules of a half that have another tag than `tag`. */
static unsigned int others(const volatile char *half, unsigned int tag)
{
	unsigned int count = 0;

	for (unsigned long granule = 0; granule < HALF; granule++)
		count += tag_get(half + granule * GRANULE) != tag;
	return count;
}

static void until(const volatile int *flag)
{
	while (!*flag)
		if (hold_symbol)
			usleep(100);
}

static void process(volatile char *page, int number)
{
	struct side *self = &shared->sides[number];
	volatile char *half = page + number * (PAGE / 2);
	unsigned int tag = 3 + 2 * number;

	mte_enable();
	half[0] = 1;
	self->ready = 1;
	until(&self->go);
	if (mprotect((void *)page, PAGE, PROT_READ | PROT_WRITE | PROT_MTE))
		self->error = errno;
	self->stale = others(half, 0);
	for (unsigned long granule = 0; granule < HALF; granule++)
		tag_set(half + granule * GRANULE, tag);
	self->done = 1;
	until(&self->again);
	self->lost = others(half, tag);
	self->finished = 1;
	_exit(0);
}

static pid_t start(volatile char *page, int number, int cpu)
{
	pid_t pid = fork();

	if (!pid) {
		pin(cpu);
		process(page, number);
	}
	if (pid < 0)
		tap_bail_out("fork()");
	return pid;
}

static volatile char *shared_memory(void)
{
	volatile char *start = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (start == MAP_FAILED)
		tap_bail_out("mmap()");
	start[0] = 0;
	return start;
}

/* Leaves tags in memory that is free, so that a page whose tags nobody clears can be told from one with clear tags. */
static void soil_free_memory(void)
{
	char *start = map_tagged(HUGE_SIZE, 0);

	if (!start)
		return;
	for (unsigned long granule = 0; granule < HUGE_SIZE / GRANULE; granule++)
		tag_set(start + granule * GRANULE, 9);
	munmap(start, HUGE_SIZE);
}

static void finish(pid_t first, pid_t rival)
{
	double end = seconds() + PATIENCE_SECONDS / 2;

	shared->sides[0].again = shared->sides[1].again = 1;
	while ((!shared->sides[0].finished || !shared->sides[1].finished) && seconds() < end)
		usleep(1000);
	for (int i = 0; i < 2; i++)
		if (shared->sides[i].finished)
			waitpid(i ? rival : first, NULL, 0);
}

static void report(void)
{
	const struct side *sides = shared->sides;

	if (sides[0].error || sides[1].error)
		tap_bail_out("mprotect(PROT_MTE): %s", strerror(sides[0].error ? sides[0].error : sides[1].error));
	tap_result(sides[0].done && sides[1].done, "processes that come back from mprotect(): %d of 2",
		   sides[0].done + sides[1].done);
	if (!sides[0].finished || !sides[1].finished)
		return;
	tap_result(!sides[0].stale && !sides[1].stale, "the page starts with clear tags: %u of %lu granules are not",
		   sides[0].stale + sides[1].stale, GRANULES_PER_PAGE);
	tap_result(!sides[0].lost && !sides[1].lost, "stored tags stay: %u of %lu granules lost theirs",
		   sides[0].lost + sides[1].lost, GRANULES_PER_PAGE);
}

static void one_by_one(void)
{
	struct side *first = &shared->sides[0], *rival = &shared->sides[1];
	volatile char *page;
	pid_t pids[2];

	tap_plan(3);
	soil_free_memory();
	page = shared_memory();
	pids[0] = start(page, 0, HELD_CPU);
	pids[1] = start(page, 1, RIVAL_CPU);
	until(&first->ready);
	until(&rival->ready);
	hold_course(&first->go, &first->done, &rival->go, &rival->done, pids[1]);
	finish(pids[0], pids[1]);
	report();
}

#define RACE_PAGES 1024

/* One side of a race: both come to each page at the same moment. */
static void run_race(volatile char *start, int number)
{
	struct side *self = &shared->sides[number], *other = &shared->sides[!number];
	unsigned int tag = 3 + 2 * number;
	volatile char *half;

	mte_enable();
	for (int page = 0; page < RACE_PAGES; page++)
		start[page * PAGE + number * (PAGE / 2)] = 1;
	for (int page = 0; page < RACE_PAGES; page++) {
		half = start + page * PAGE + number * (PAGE / 2);
		self->ready = page + 1;
		while (other->ready < page + 1)
			;
		if (mprotect((void *)(start + page * PAGE), PAGE, PROT_READ | PROT_WRITE | PROT_MTE))
			self->error = errno;
		for (unsigned long granule = 0; granule < HALF; granule++)
			tag_set(half + granule * GRANULE, tag);
	}
	self->done = 1;
	while (!other->done)
		;
	for (int page = 0; page < RACE_PAGES; page++)
		self->lost += others(start + page * PAGE + number * (PAGE / 2), tag) != 0;
	_exit(0);
}

/* Both at once; which of the two comes late is left to chance.  How many pages lost tags. */
static unsigned int race(unsigned int tries)
{
	unsigned int lost = 0;

	for (unsigned int done = 0; done < tries; done += RACE_PAGES) {
		volatile char *start = mmap(NULL, RACE_PAGES * PAGE, PROT_READ | PROT_WRITE,
					    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

		if (start == MAP_FAILED)
			tap_bail_out("mmap()");
		memset(shared, 0, sizeof(*shared));
		for (int number = 0; number < 2; number++)
			if (!fork()) {
				pin(number ? RIVAL_CPU : HELD_CPU);
				run_race(start, number);
			}
		while (wait(NULL) > 0)
			;
		lost += shared->sides[0].lost + shared->sides[1].lost;
		munmap((void *)start, RACE_PAGES * PAGE);
	}
	return lost;
}

int main(int count, char **words)
{
	unsigned int rounds = 0;

	mte_enable();
	hold_arguments(count, words);
	for (int i = 1; i < count; i++)
		if (!strncmp(words[i], "race=", 5))
			rounds = atoi(words[i] + 5);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		tap_bail_out("mmap()");
	if (rounds) {
		unsigned int lost = race(rounds);

		tap_plan(1);
		tap_result(!lost, "stored tags stay: lost in %u of %u tries", lost, rounds);
	} else {
		one_by_one();
	}
	return tap_exit();
}
