/* SPDX-License-Identifier: Apache-2.0 */
/* Acts on the network: services of the host, by every family, spelling and detour. */
#include "probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#define FDS_MAX 256
#define WAIT_MS 300

static const struct timeval patience = { .tv_usec = WAIT_MS * 1000 };

static socklen_t address(const char *text, unsigned long port, struct sockaddr_storage *ret)
{
	struct sockaddr_in *in = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret;

	memset(ret, 0, sizeof(*ret));
	if (strchr(text, ':') != NULL) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons((uint16_t)port);
		inet_pton(AF_INET6, text, &in6->sin6_addr);
		return sizeof(*in6);
	}
	in->sin_family = AF_INET;
	in->sin_port = htons((uint16_t)port);
	/* As resolvers do: octal, hexadecimal and whole numbers too. */
	inet_aton(text, &in->sin_addr);
	return sizeof(*in);
}

/* What the service says is printed: the runner looks for its canary there. */
static int greet(int fd)
{
	char text[256];
	ssize_t n = recv(fd, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return held("no answer");
	text[n] = '\0';
	return opened("%s", text);
}

static int dial(const char *text, unsigned long port, int protocol)
{
	struct sockaddr_storage to;
	socklen_t n = address(text, port, &to);
	int fd = socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return held("socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&to, n) < 0)
		return held(text);
	return greet(fd);
}

static int dial_any(const char *const *texts, size_t n)
{
	int v = V_HELD;

	for (size_t i = 0; i < n && v != V_OPEN; i++)
		v = dial(texts[i], arg_num("port"), 0);
	return v;
}

static int n01(void)
{
	return dial("127.0.0.1", arg_num("port"), 0);
}

static int n02(void)
{
	return dial(arg("lan"), arg_num("port"), 0);
}

static int n03(void)
{
	const char *const texts[] = { "::1", "::ffff:127.0.0.1", arg("meta6") };

	return dial_any(texts, 3);
}

static int n04(void)
{
	struct sockaddr_storage to;
	socklen_t n = address(arg("lan"), arg_num("udp"), &to);
	int fd = socket(to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return held("socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&to, n) < 0 || send(fd, "escape", 6, 0) < 0)
		return held("sendto");
	return greet(fd);
}

static int n06(void)
{
	struct icmphdr ping = { .type = ICMP_ECHO };
	struct sockaddr_storage to;
	char answer[256];
	socklen_t n = address(arg("lan"), 0, &to);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP);

	if (fd < 0)
		fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	if (fd < 0)
		return held("ping socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (sendto(fd, &ping, sizeof(ping), 0, (struct sockaddr *)&to, n) < 0)
		return held("echo request");
	return judge(recv(fd, answer, sizeof(answer), 0), "echo reply");
}

static int dial_unix(const char *name, size_t n)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return held("socket");
	if (n > sizeof(to.sun_path))
		return broken("name");
	memcpy(to.sun_path, name, n);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&to,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0)
		return held("connect");
	return greet(fd);
}

static int n07(void)
{
	char name[108] = "";
	size_t n = strlen(arg("abstract"));

	memcpy(name + 1, arg("abstract"), n);
	return dial_unix(name, n + 1);
}

static int n08(void)
{
	return dial_unix(arg("sock"), strlen(arg("sock")) + 1);
}

static int n09(void)
{
	const char *path = path_of("/proc/%s/cwd/sock", arg("pid"));

	return dial_unix(path, strlen(path) + 1);
}

static int n10(void)
{
	for (int fd = 3; fd < FDS_MAX; fd++)
		if (setns(fd, CLONE_NEWNET) == 0)
			return opened("descriptor %d is a network namespace", fd);
	return held("setns of what was inherited");
}

static int n11(void)
{
	const char *const texts[] = { arg("meta"), arg("meta6") };

	return dial_any(texts, 2);
}

static int n12(void)
{
	const char *const texts[] = { "2852039166", "0251.0376.0251.0376", "0xa9fea9fe",
				      "169.16689662", "::ffff:169.254.169.254" };

	return dial_any(texts, 5);
}

static int n13(void)
{
	setenv("http_proxy", "", 1);
	return dial(arg("far"), arg_num("port"), 0);
}

static int n32(void)
{
	const char *const names[] = { "http_proxy", "https_proxy", "HTTP_PROXY", "ALL_PROXY" };

	for (size_t i = 0; i < 4; i++)
		if (getenv(names[i]) != NULL && strchr(getenv(names[i]), '@') != NULL)
			return opened("%s", getenv(names[i]));
	errno = ENOENT;
	return held("proxy variables");
}

/* Listens for as long as the runner needs to call. */
static int n33(void)
{
	struct sockaddr_storage at;
	socklen_t n = address("0.0.0.0", arg_num("listen"), &at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timeval wait = { .tv_usec = WAIT_MS * 2000 };

	int yes = 1;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) < 0 || listen(fd, 4) < 0)
		return held("listen");
	puts("LISTENING");
	return judge(accept(fd, NULL, NULL), "a caller from outside");
}

static int n34(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) < 0)
		return held("SIOCGIFFLAGS");
	return judge(ioctl(fd, SIOCSIFFLAGS, &request), "SIOCSIFFLAGS");
}

static int n35(void)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return held("/dev/net/tun");
	return judge(ioctl(fd, TUNSETIFF, &request), "TUNSETIFF");
}

/* A standard stream that is a file of the host's can be opened again with other rights. */
static int n37(void)
{
	char text[256];
	int fd = open("/proc/self/fd/1", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	ssize_t n;

	if (fd < 0)
		return held("open standard output again");
	n = pread(fd, text, sizeof(text) - 1, 0);
	if (n <= 0)
		return held("it is no file");
	text[n] = '\0';
	return opened("%s", text);
}

static int n38(void)
{
	struct sockaddr_storage to;
	socklen_t n = address(arg("lan"), arg_num("port"), &to);
	int fd = socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 &&
	    sendto(fd, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL, (struct sockaddr *)&to, n) >= 0)
		return opened("fast open");
	return dial(arg("lan"), arg_num("port"), IPPROTO_MPTCP);
}

static int s13(void)
{
	int v = dial(arg("meta"), arg_num("port"), 0);

	return v == V_OPEN ? opened("credentials of the instance") : v;
}

const struct act net_acts[] = {
	{ "N-01", n01 }, { "N-02", n02 }, { "N-03", n03 }, { "N-04", n04 }, { "N-06", n06 },
	{ "N-07", n07 }, { "N-08", n08 }, { "N-09", n09 }, { "N-10", n10 }, { "N-11", n11 },
	{ "N-12", n12 }, { "N-13", n13 }, { "N-32", n32 }, { "N-33", n33 }, { "N-34", n34 },
	{ "N-35", n35 }, { "N-37", n37 }, { "N-38", n38 }, { "S-13", s13 }, { NULL, NULL },
};
