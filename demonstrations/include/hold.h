/* SPDX-License-Identifier: MIT */
/*
 * A program that is run by `mtelint replay` has one CPU held at a function of the kernel while the others go on.
 *
 * Lines in both directions on the console, which mtelint/replay/session.py answers:
 *
 *   @ hold SYMBOL ADDRESS   set a breakpoint there                       -> armed
 *   (a CPU comes by)        that CPU stands still, the others run        -> held
 *   @ release               all CPUs run; where each one stood, with     -> released ADDRESS,ADDRESS... ADDRESS...
 *                           commas between several moments
 *   @ missed                no CPU came by                               -> released
 *
 * Three CPUs: 0 has the program itself, 1 the process that is held, 2 its rival.
 */
#ifndef HOLD_H
#define HOLD_H

#include <poll.h>
#include <sched.h>
#include <sys/wait.h>
#include <time.h>

#include "mte.h"

#define HELD_CPU 1
#define RIVAL_CPU 2
#define RIVAL_SECONDS 8
#define PATIENCE_SECONDS 60	/* far beyond what a step takes on a host that has other work */
#define ASLEEP_SECONDS 2

static const char *hold_symbol;

static inline void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		tap_bail_out("CPU %d: three are needed", cpu);
}

static inline double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* One line of the host's, without its end; 0 if none came within the time. */
static inline int host_line(char *line, int size, int milliseconds)
{
	struct pollfd input = { .fd = 0, .events = POLLIN };
	int length = 0;

	if (poll(&input, 1, milliseconds) <= 0)
		return 0;
	while (length < size - 1 && read(0, line + length, 1) == 1 && line[length] != '\n')
		length++;
	line[length] = 0;
	return 1;
}

static inline int host_says(const char *word, int milliseconds)
{
	char line[256];

	return host_line(line, sizeof(line), milliseconds) && !strcmp(line, word);
}

static inline unsigned long symbol_address(const char *name)
{
	char line[512], found[256];
	unsigned long address, result = 0;
	FILE *file = fopen("/proc/kallsyms", "r");

	while (file && !result && fgets(line, sizeof(line), file))
		if (sscanf(line, "%lx %*c %255s", &address, found) == 2 && !strcmp(found, name))
			result = address;
	if (file)
		fclose(file);
	return result;
}

/* Says which function of the kernel an address is in. */
static inline void say_symbol(int cpu, unsigned long address)
{
	char line[512], name[256], best_name[256] = "user space";
	unsigned long start, best = 0;
	FILE *file = address >> 47 ? fopen("/proc/kallsyms", "r") : NULL;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%lx %*c %255s", &start, name) == 2 && start <= address && start > best) {
			best = start;
			strcpy(best_name, name);
		}
	if (file)
		fclose(file);
	printf("@ stood %d %s\n", cpu, best_name);
}

/* Asks for a CPU to be held at the function named by hold_symbol; nothing where none is. */
static inline void hold_arm(void)
{
	unsigned long address;

	if (!hold_symbol)
		return;
	address = symbol_address(hold_symbol);
	if (!address)
		tap_bail_out("%s() is no function of this kernel", hold_symbol);
	printf("@ hold %s %#lx\n", hold_symbol, address);
	if (!host_says("armed", PATIENCE_SECONDS * 1000))
		tap_bail_out("nobody holds a CPU");
}

/* Waits until a CPU is held; 0 if the flag was set first: nothing came by. */
static inline int hold_wait(const volatile int *done)
{
	double end = seconds() + PATIENCE_SECONDS;

	while (hold_symbol && seconds() < end) {
		if (host_says("held", 50))
			return 1;
		if (*done)
			break;
	}
	return 0;
}

static inline void hold_end(const char *how)
{
	char line[1024], *at;
	int cpu = -1;

	if (!hold_symbol)
		return;
	printf("@ %s\n", how);
	if (!host_line(line, sizeof(line), PATIENCE_SECONDS * 1000))
		tap_bail_out("the CPUs are not let go");
	for (at = strpbrk(line, " ,"); at; at = strpbrk(at + 1, " ,")) {
		cpu += *at == ' ';
		say_symbol(cpu, strtoul(at + 1, NULL, 16));
	}
}

/* Where a process of ours sleeps in the kernel; 0 if it does not. */
static inline int sleeps_in(pid_t pid, char *name, int size)
{
	char path[64];
	FILE *file;
	int asleep;

	snprintf(path, sizeof(path), "/proc/%d/wchan", pid);
	file = fopen(path, "r");
	asleep = file && fgets(name, size, file) && strcmp(name, "0");
	if (file)
		fclose(file);
	return asleep;
}

/* Lets the rival run until it is done, has slept for a while in one function of the kernel, or its time is over. */
static inline void watch_rival(const volatile int *done, pid_t pid)
{
	double now = seconds(), end = now + RIVAL_SECONDS, since = now;
	char name[256], last[256] = "";

	for (; !*done && now < end; now = seconds()) {
		if (!sleeps_in(pid, name, sizeof(name)) || strcmp(name, last)) {
			since = now;
			snprintf(last, sizeof(last), "%s", sleeps_in(pid, name, sizeof(name)) ? name : "");
		} else if (now - since > ASLEEP_SECONDS) {
			printf("@ waits %s\n", name);
			return;
		}
		usleep(20000);
	}
}

/*
 * The course of a replay: `first` is held at the function, `rival` then runs until `*rival_done` or its time is over,
 * and `first` goes on to its end.  Without a hold, `first` runs to its end before `rival` starts.
 */
static inline void hold_course(volatile int *go_first, const volatile int *first_done, volatile int *go_rival,
			       const volatile int *rival_done, pid_t rival)
{
	double end;
	int held;

	hold_arm();
	*go_first = 1;
	held = hold_wait(first_done);
	end = seconds() + PATIENCE_SECONDS;
	while (!held && !*first_done && seconds() < end)
		usleep(1000);
	if (hold_symbol && !held)
		hold_end("missed");
	*go_rival = 1;
	watch_rival(rival_done, rival);
	if (held)
		hold_end("release");
	end = seconds() + PATIENCE_SECONDS;
	while ((!*first_done || !*rival_done) && seconds() < end)
		usleep(1000);
}

/* Takes `hold=SYMBOL` from the arguments. */
static inline void hold_arguments(int count, char **words)
{
	for (int i = 1; i < count; i++)
		if (!strncmp(words[i], "hold=", 5))
			hold_symbol = words[i] + 5;
	pin(0);
}

#endif
