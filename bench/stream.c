/* SPDX-License-Identifier: Apache-2.0 */
/* Traffic for bench/egress: a server that echoes or swallows, and clients that count and time. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CHUNK 131072
#define EVENTS 256
#define SWALLOW 's' /* the first byte of a stream says what to do with the rest */
#define ECHO 'e'

static void need(long r, const char *what)
{
	if (r < 0) {
		perror(what);
		exit(1);
	}
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int number(const char *text)
{
	int n = 0;

	while (*text >= '0' && *text <= '9' && n < 100000000)
		n = n * 10 + (*text++ - '0');
	return n;
}

static void files_raise(void)
{
	struct rlimit l;

	getrlimit(RLIMIT_NOFILE, &l);
	l.rlim_cur = l.rlim_max;
	setrlimit(RLIMIT_NOFILE, &l);
}

static struct sockaddr_in address(const char *host, const char *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)number(port)) };

	need(inet_pton(AF_INET, host, &a.sin_addr) == 1 ? 0 : -1, host);
	return a;
}

/* One event of a client of the server: echo what came, or throw it away. */
static void client_read(int fd)
{
	static char bytes[CHUNK];
	static char mode[1 << 20];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	if (n <= 0) {
		mode[fd] = 0;
		close(fd);
		return;
	}
	if (mode[fd] == 0)
		mode[fd] = bytes[0];
	if (mode[fd] == ECHO && write(fd, bytes, (size_t)n) < 0)
		close(fd);
}

static void serve(const char *port) __attribute__((noreturn));

static void serve(const char *port)
{
	struct sockaddr_in a = address("0.0.0.0", port);
	struct epoll_event ev = { .events = EPOLLIN };
	int queue = epoll_create1(0);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	need(bind(fd, (struct sockaddr *)&a, sizeof(a)), "bind");
	need(listen(fd, 16384), "listen");
	ev.data.fd = fd;
	epoll_ctl(queue, EPOLL_CTL_ADD, fd, &ev);
	for (;;) {
		struct epoll_event got[EVENTS];
		int n = epoll_wait(queue, got, EVENTS, -1);

		for (int i = 0; i < n; i++) {
			if (got[i].data.fd != fd) {
				client_read(got[i].data.fd);
				continue;
			}
			ev.data.fd = accept(fd, NULL, NULL);
			if (ev.data.fd >= 0)
				epoll_ctl(queue, EPOLL_CTL_ADD, ev.data.fd, &ev);
		}
	}
}

static int dial(const struct sockaddr_in *a)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int on = 1;

	need(fd, "socket");
	need(connect(fd, (const struct sockaddr *)a, sizeof(*a)), "connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

/* Gibibytes a second over @streams at once, for @seconds. */
static int flood(const struct sockaddr_in *a, int streams, double seconds)
{
	static char bytes[CHUNK] = { SWALLOW };
	struct pollfd *p = calloc((size_t)streams, sizeof(*p));
	double begin;
	double total = 0;

	for (int i = 0; i < streams; i++)
		p[i] = (struct pollfd){ .fd = dial(a), .events = POLLOUT };
	begin = now();
	while (now() - begin < seconds) {
		poll(p, (nfds_t)streams, 1000);
		for (int i = 0; i < streams; i++) {
			ssize_t n = p[i].revents ? send(p[i].fd, bytes, CHUNK, MSG_DONTWAIT) : 0;

			if (n < 0 && errno != EAGAIN)
				need(-1, "send");
			total += n > 0 ? (double)n : 0;
		}
	}
	printf("%.3f\n", total / (now() - begin) / (1 << 30));
	free(p);
	return 0;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void echo_once(int fd)
{
	char byte = ECHO;

	need(write(fd, &byte, 1), "write");
	need(read(fd, &byte, 1) == 1 ? 0 : -1, "echo");
}

/* Median microseconds of a connect and the echo of one byte, @n times. */
static int latency(const struct sockaddr_in *a, int n)
{
	double *took = calloc((size_t)n, sizeof(*took));

	for (int i = 0; i < n; i++) {
		double begin = now();
		int fd = dial(a);

		echo_once(fd);
		took[i] = (now() - begin) * 1e6;
		close(fd);
	}
	qsort(took, (size_t)n, sizeof(*took), by_value);
	printf("%.1f\n", took[n / 2]);
	free(took);
	return 0;
}

/* Seconds until @n connections stand at once and each has echoed a byte. */
static int hold(const struct sockaddr_in *a, int n)
{
	int *fd = calloc((size_t)n, sizeof(*fd));
	double begin = now();

	for (int i = 0; i < n; i++)
		fd[i] = dial(a);
	for (int i = 0; i < n; i++)
		echo_once(fd[i]);
	printf("%.3f\n", now() - begin);
	fflush(stdout);
	free(fd);
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in a;

	files_raise();
	if (argc == 3 && strcmp(argv[1], "serve") == 0)
		serve(argv[2]);
	if (argc < 5) {
		fprintf(stderr, "stream serve PORT | flood|latency|hold HOST PORT N [SECONDS]\n");
		return 2;
	}
	a = address(argv[2], argv[3]);
	if (strcmp(argv[1], "flood") == 0)
		return flood(&a, number(argv[4]), argc > 5 ? number(argv[5]) : 2);
	if (strcmp(argv[1], "latency") == 0)
		return latency(&a, number(argv[4]));
	return hold(&a, number(argv[4]));
}
