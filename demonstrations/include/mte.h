/* SPDX-License-Identifier: MIT */
/*
 * Memory tags from user space, for programs in the manner of the kernel's selftests (the Test Anything Protocol).
 *
 * A granule is 16 bytes and has a tag of four bits.  Loads and stores are never checked here: the programs look at the
 * tags themselves, by LDG.
 */
#ifndef MTE_H
#define MTE_H

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define GRANULE 16UL
#define PAGE 4096UL
#define GRANULES_PER_PAGE (PAGE / GRANULE)
#define HUGE_SIZE (2UL << 20)

#ifndef PROT_MTE
#define PROT_MTE 0x20
#endif
#ifndef HWCAP2_MTE
#define HWCAP2_MTE (1UL << 18)
#endif
#ifndef PR_SET_TAGGED_ADDR_CTRL
#define PR_SET_TAGGED_ADDR_CTRL 55
#define PR_TAGGED_ADDR_ENABLE 1UL
#endif
#ifndef PR_MTE_TAG_SHIFT
#define PR_MTE_TAG_SHIFT 3
#endif

static int tap_number, tap_failures;

static inline void tap_plan(int tests)
{
	printf("TAP version 13\n1..%d\n", tests);
}

__attribute__((format(printf, 2, 3))) static inline void tap_result(int passed, const char *format, ...)
{
	va_list rest;

	va_start(rest, format);
	printf("%sok %d ", passed ? "" : "not ", ++tap_number);
	vprintf(format, rest);
	printf("\n");
	va_end(rest);
	tap_failures += !passed;
}

__attribute__((format(printf, 1, 2))) static inline void tap_skip(const char *format, ...)
{
	va_list rest;

	va_start(rest, format);
	printf("ok %d # SKIP ", ++tap_number);
	vprintf(format, rest);
	printf("\n");
	va_end(rest);
}

__attribute__((format(printf, 1, 2), noreturn)) static inline void tap_bail_out(const char *format, ...)
{
	va_list rest;
	int error = errno;

	va_start(rest, format);
	printf("Bail out! ");
	vprintf(format, rest);
	printf(error ? " (%s)\n" : "\n", strerror(error));
	va_end(rest);
	exit(1);
}

static inline int tap_exit(void)
{
	printf("# Totals: pass:%d fail:%d\n", tap_number - tap_failures, tap_failures);
	return tap_failures ? 1 : 0;
}

/* Lets the task use tagged addresses; leaves the program where the CPU has no memory tagging. */
static inline void mte_enable(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!(getauxval(AT_HWCAP2) & HWCAP2_MTE)) {
		printf("1..0 # SKIP this CPU or kernel has no memory tagging\n");
		exit(4);
	}
	if (prctl(PR_SET_TAGGED_ADDR_CTRL, PR_TAGGED_ADDR_ENABLE | 0xfffeUL << PR_MTE_TAG_SHIFT, 0, 0, 0))
		tap_bail_out("prctl(PR_SET_TAGGED_ADDR_CTRL)");
}

static inline void tag_set(volatile void *address, unsigned int tag)
{
	uint64_t tagged = ((uint64_t)address & ~(0xfUL << 56)) | (uint64_t)tag << 56;

	asm volatile("stg %0, [%0]" : : "r"(tagged) : "memory");
}

static inline unsigned int tag_get(const volatile void *address)
{
	uint64_t tagged = (uint64_t)address;

	asm volatile("ldg %0, [%0]" : "+r"(tagged) : : "memory");
	return tagged >> 56 & 0xf;
}

/* The tag that a program gives a granule: never 0, which is what a cleared one has, and other on each page. */
static inline unsigned int tag_pattern(unsigned long granule)
{
	return 1 + (granule + granule / GRANULES_PER_PAGE * 7) % 15;
}

static inline void tag_fill(volatile char *start, unsigned long size)
{
	unsigned long granule;

	for (granule = 0; granule < size / GRANULE; granule++)
		tag_set(start + granule * GRANULE, tag_pattern(granule));
}

/* How many of the pages have a granule with another tag than tag_fill() gave it. */
static inline unsigned long tag_lost_pages(const volatile char *start, unsigned long size)
{
	unsigned long page, granule, lost = 0;

	for (page = 0; page < size / PAGE; page++)
		for (granule = page * GRANULES_PER_PAGE; granule < (page + 1) * GRANULES_PER_PAGE; granule++)
			if (tag_get(start + granule * GRANULE) != tag_pattern(granule)) {
				lost++;
				break;
			}
	return lost;
}

/* Writes text to a file of the kernel's; 0, or -1 with errno. */
static inline int put_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	int failed;

	if (!file)
		return -1;
	failed = fputs(text, file) < 0;
	failed |= fclose(file) != 0;
	return failed ? -1 : 0;
}

/* A mapping with tags, of huge pages if asked for; NULL where the kernel has none of that kind. */
static inline char *map_tagged(unsigned long size, int flags)
{
	char *start = mmap(NULL, size, PROT_READ | PROT_WRITE | PROT_MTE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

	return start == MAP_FAILED ? NULL : start;
}

static inline void want_huge_pages(void)
{
	put_text("/proc/sys/vm/nr_hugepages", "4");
}

#endif
