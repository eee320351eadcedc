/* SPDX-License-Identifier: ISC */
#include <config.h>

#include "libsocksify/launch_password.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "common/compiler.h"
#include "libsocksify/launch_message.h"
#include "libsocksify/settings_file.h"

static const int held_signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP };

static volatile sig_atomic_t caught;

static void
catch(int number)
{
	caught = number;
}

int
launch_read_password(const char *path, int fd, char password[LAUNCH_PASSWORD_SIZE])
{
	const char *what = path != NULL ? path : "--password-fd";
	struct settings_file file;
	const char *end;
	size_t n;
	int error = path != NULL ? settings_file_open(&file, path, true) :
	    settings_file_read(&file, fd);

	if (error < 0)
		return launch_fail("%s: %s", what, strerror(-error));
	end = memchr(file.text, '\n', file.len);
	n = end == NULL ? file.len : (size_t)(end - file.text);
	if (n > 0 && file.text[n - 1] == '\r')
		n--;
	if (n == 0 || n >= LAUNCH_PASSWORD_SIZE || memchr(file.text, '\0', n) != NULL) {
		error = launch_fail("%s: the first line is no password of 1 to 255 bytes", what);
	} else {
		memcpy(password, file.text, n);
		password[n] = '\0';
	}
	settings_file_close(&file);
	return error;
}

/* One line: 0, or -errno. */
static int
read_line(int tty, char *line, size_t size)
{
	size_t n = 0;
	ssize_t got;
	char c;

	while ((got = read(tty, &c, 1)) == 1 && c != '\n') {
		if (n + 1 >= size)
			return -EMSGSIZE;
		line[n++] = c;
	}
	line[n] = '\0';
	if (got < 0)
		return -errno;
	return n > 0 ? 0 : -ENODATA;
}

/* The prompt comes when nothing is shown any more: what is typed from then on counts. */
static int
read_unseen(int tty, const char *prompt, char *line, size_t size)
{
	struct termios before, quiet;
	int error;

	if (tcgetattr(tty, &before) < 0)
		return -errno;
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	quiet.c_lflag |= ICANON;
	if (tcsetattr(tty, TCSAFLUSH, &quiet) < 0)
		return -errno;
	if (write(tty, prompt, strlen(prompt)) < 0)
		error = -errno;
	else
		error = caught == 0 ? read_line(tty, line, size) : -EINTR;
	tcsetattr(tty, TCSAFLUSH, &before);
	if (write(tty, "\n", 1) < 0)
		return -errno;
	return error;
}

/* The terminal is put back before a signal takes its effect. */
static int
ask(int tty, const char *prompt, char *line, size_t size)
{
	struct sigaction action = { .sa_handler = catch }, before[ARRAY_SIZE(held_signals)];
	int error;

	caught = 0;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_SIZE(held_signals); i++)
		sigaction(held_signals[i], &action, &before[i]);
	error = read_unseen(tty, prompt, line, size);
	for (size_t i = 0; i < ARRAY_SIZE(held_signals); i++)
		sigaction(held_signals[i], &before[i], NULL);
	if (caught != 0)
		raise(caught);
	return error;
}

int
launch_ask_password(const struct settings *settings, struct proxy *proxy)
{
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC), error;
	char prompt[640];

	if (tty < 0)
		return -errno;
	snprintf(prompt, sizeof(prompt), "Password of %s at %s: ", proxy->username,
	    settings_text(settings, proxy->name));
	error = ask(tty, prompt, proxy->password, sizeof(proxy->password));
	close(tty);
	if (error < 0)
		explicit_bzero(proxy->password, sizeof(proxy->password));
	return error;
}
