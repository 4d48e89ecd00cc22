// SPDX-License-Identifier: MIT
/*
 * Do the memory tags of a process reach its core file?  Those of small pages, and those of hugetlb pages.
 *
 * A child maps memory with PROT_MTE, gives each granule a tag and aborts; the parent reads the tags from the segments of
 * type PT_AARCH64_MEMTAG_MTE in the core file.  Needs root: it sets /proc/sys/kernel/core_pattern and nr_hugepages, and
 * puts both back.
 */
#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "mte.h"

#ifndef PT_AARCH64_MEMTAG_MTE
#define PT_AARCH64_MEMTAG_MTE 0x70000002
#endif
#define CORE "/tmp/core-of-check"
#define PATTERN "/proc/sys/kernel/core_pattern"

static void child(int flags, int out)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	char *start = map_tagged(HUGE_SIZE, flags);

	if (write(out, &start, sizeof(start)) != sizeof(start) || !start)
		_exit(0);
	setrlimit(RLIMIT_CORE, &all);
	put_text("/proc/self/coredump_filter", "0x7f");
	tag_fill(start, HUGE_SIZE);
	signal(SIGABRT, SIG_DFL);
	abort();
}

/* Runs a child to its end; where its mapping was, or NULL where this kernel has none of that kind. */
static char *dump(int flags)
{
	int ends[2], status = 0;
	char *start = NULL;
	pid_t pid;

	unlink(CORE);
	if (pipe(ends))
		tap_bail_out("pipe()");
	pid = fork();
	if (!pid)
		child(flags, ends[1]);
	close(ends[1]);
	if (read(ends[0], &start, sizeof(start)) != sizeof(start))
		tap_bail_out("the child did not start");
	close(ends[0]);
	waitpid(pid, &status, 0);
	if (start && !(WIFSIGNALED(status) && WCOREDUMP(status)))
		tap_bail_out("no core file was written, status %#x", status);
	return start;
}

static unsigned int tag_in(const unsigned char *tags, unsigned long granule)
{
	return tags[granule / 2] >> granule % 2 * 4 & 0xf;
}

/* How many pages of the mapping at `start` have wrong tags in the segment with that address. */
static unsigned long lost_in(const unsigned char *core, const Elf64_Phdr *segment)
{
	const unsigned char *tags = core + segment->p_offset;
	unsigned long page, granule, lost = 0;

	for (page = 0; page < HUGE_SIZE / PAGE; page++)
		for (granule = page * GRANULES_PER_PAGE; granule < (page + 1) * GRANULES_PER_PAGE; granule++)
			if (tag_in(tags, granule) != tag_pattern(granule)) {
				lost++;
				break;
			}
	return lost;
}

static const unsigned char *read_core(void)
{
	int fd = open(CORE, O_RDONLY);
	struct stat status;
	const unsigned char *core;

	if (fd < 0 || fstat(fd, &status))
		tap_bail_out("open(" CORE ")");
	core = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (core == MAP_FAILED)
		tap_bail_out("mmap(" CORE ")");
	return core;
}

static void check(const char *what, int flags)
{
	const char *start = dump(flags);
	const unsigned char *core;
	const Elf64_Phdr *segment;

	if (!start) {
		tap_skip("this kernel has no PROT_MTE for %s pages", what);
		return;
	}
	core = read_core();
	segment = (const Elf64_Phdr *)(core + ((const Elf64_Ehdr *)core)->e_phoff);
	for (int left = ((const Elf64_Ehdr *)core)->e_phnum; left--; segment++)
		if (segment->p_type == PT_AARCH64_MEMTAG_MTE && segment->p_vaddr == (unsigned long)start &&
		    segment->p_filesz == HUGE_SIZE / GRANULE / 2) {
			unsigned long lost = lost_in(core, segment);

			tap_result(!lost, "core file, %s pages: %lu of %lu have wrong tags", what, lost, HUGE_SIZE / PAGE);
			return;
		}
	tap_result(0, "core file, %s pages: no segment with their tags", what);
}

int main(void)
{
	char pattern[256] = "core";
	FILE *file = fopen(PATTERN, "r");

	mte_enable();
	if (file && fgets(pattern, sizeof(pattern), file))
		pattern[strcspn(pattern, "\n")] = 0;
	if (file)
		fclose(file);
	if (put_text(PATTERN, CORE))
		tap_bail_out(PATTERN);
	want_huge_pages();
	tap_plan(2);
	check("small", 0);
	check("hugetlb", MAP_HUGETLB);
	put_text(PATTERN, pattern);
	put_text("/proc/sys/vm/nr_hugepages", "0");
	unlink(CORE);
	return tap_exit();
}
