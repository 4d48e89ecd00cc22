// SPDX-License-Identifier: MIT
/*
 * /init of a machine that lives for one program: mounts, loads the modules of /mods in the order of their names, runs
 * /test with the words of `mtelint.args=` on the kernel's command line (commas between them), prints its status and
 * powers off.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define ARGUMENTS "mtelint.args="
#define MOST 16

static void mounts(void)
{
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mkdir("/tmp", 0777);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	mount("tmpfs", "/tmp", "tmpfs", 0, NULL);
}

/* The console carries lines in both directions: no echo, no translation of line ends. */
static void console(void)
{
	struct termios settings;
	int fd = open("/dev/console", O_RDWR);

	for (int i = 0; i < 3; i++)
		dup2(fd, i);
	if (tcgetattr(0, &settings))
		return;
	settings.c_lflag &= ~(ECHO | ICANON | ISIG);
	settings.c_iflag &= ~ICRNL;
	settings.c_oflag &= ~OPOST;
	tcsetattr(0, TCSANOW, &settings);
}

static int is_module(const struct dirent *entry)
{
	return strstr(entry->d_name, ".ko") != NULL;
}

static void modules(void)
{
	struct dirent **entries;
	int count = scandir("/mods", &entries, is_module, alphasort);

	for (int i = 0; i < count; i++) {
		char path[300];
		int fd;

		snprintf(path, sizeof(path), "/mods/%s", entries[i]->d_name);
		fd = open(path, O_RDONLY);
		if (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST)
			printf("# module %s: %s\n", entries[i]->d_name, strerror(errno));
		close(fd);
	}
}

static int run(void)
{
	static char line[4096];
	char *words[MOST + 2] = { "/test" }, *word;
	int count = 1, status, fd = open("/proc/cmdline", O_RDONLY);
	ssize_t got = read(fd, line, sizeof(line) - 1);
	pid_t child;

	close(fd);
	line[got > 0 ? got : 0] = 0;
	line[strcspn(line, "\n")] = 0;
	word = strstr(line, ARGUMENTS);
	if (word) {
		word += strlen(ARGUMENTS);
		word[strcspn(word, " ")] = 0;
		for (word = strtok(word, ","); word && count <= MOST; word = strtok(NULL, ","))
			words[count++] = word;
	}
	child = fork();
	if (!child) {
		execv("/test", words);
		_exit(127);
	}
	while (waitpid(-1, &status, 0) != child)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(void)
{
	struct utsname names;

	mounts();
	console();
	setvbuf(stdout, NULL, _IOLBF, 0);
	uname(&names);
	printf("# kernel %s\n", names.release);
	modules();
	printf("# exit %d\n", run());
	fflush(stdout);
	sync();
	reboot(RB_POWER_OFF);
	return 0;
}
