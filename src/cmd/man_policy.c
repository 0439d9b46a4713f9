/* SPDX-License-Identifier: Apache-2.0 */
/* The manual page tiercel-policy(5), from the table of policy fields. */
#include "cmd/man_policy.h"

#include <stdio.h>

#include "cmd/roff.h"
#include "policy/fields.h"
#include "policy/presets.h"

#define PRESETS_MAX 512

static const char about[] =
	"A policy says what a command may read, write, reach and use. It is a YAML document (so it "
	"may be JSON) with a fixed schema: an unknown or doubled key, a value of the wrong type, "
	"an "
	"anchor or an alias is an error with its line and column. A file that others than its "
	"owner "
	"may write is refused.\n\n"
	"Policies are laid over one another: the preset, the system's file, the user's file, the "
	"project's file, the options of the command line. A project's file may only tighten what "
	"the layers before it say; one that widens anything is refused.\n\n"
	"A field that the tier or this machine cannot enforce ends the start with its line and "
	"what "
	"would help, unless best_effort names it; the report then says so. Fields whose "
	"enforcement "
	"belongs to a later version are refused in the same way.\n\n"
	"An empty list of what is allowed means that nothing is. ~ at the beginning of a path is "
	"the "
	"home directory; relative paths start at the workspace.";

static const char limits[] =
	"Reaching limits.time ends everything inside with exit status 124; reaching limits.memory, "
	"limits.pids, limits.disk or limits.output ends it with 137, and the summary names the "
	"limit. limits.files is other: the call that would open one file more fails with EMFILE, "
	"and the command goes on. So is what limits.disk means for /tmp, /run and the home, which "
	"are in memory: a write too many there fails with ENOSPC.\n\n"
	"Where no control group can be had, the supervisor looks at memory and processes every 100 "
	"ms. Beyond limits.pids the kernel then refuses a process with EAGAIN, and nobody is told: "
	"a command that gives up at once, or that makes threads instead of processes, is held to "
	"the limit without an event.";

static const char direct[] =
	"In the mode direct the command works on the real files. Paths of files.protect can then "
	"be neither made, changed, renamed nor removed, nor can their parents be moved away. While "
	"the sandbox runs, an empty directory stands on the host for each that does not exist, at "
	"its first missing parent; it is gone afterwards, unless somebody put something into it. "
	"Where .git/hooks or .git/config is protected, so is what takes their place, in the git "
	"directories of worktrees and submodules as well; git init has to be done before.\n\n"
	"When somebody outside replaces such a path, it is no longer held: the sandbox is ended "
	"with 137, and the summary names the path. A pattern, a file with further hard links, a "
	"link to where files.write lets the command write, and a file system that ignores case "
	"cannot be held, and end the start.";

static const char network[] =
	"An entry of network.allow or network.deny is a host name, *.SUFFIX for every name below "
	"one, an address or a range, each with :PORTS or without: github.com, *.pypi.org:443, "
	"10.0.0.5:5432,8000-8010, [fd00::1]:22, db.example:*. Without ports network.allow means 80 "
	"and 443, network.deny all of them. What is denied is denied whatever is allowed.\n\n"
	"The command has a network of its own with nothing in it but loopback. Whatever it "
	"connects to by TCP, and whatever name it asks for, comes to a program of ours outside, "
	"which runs confined and passes on what the rules allow; so it need know of no proxy, "
	"though one is named in the environment. An allowed name gets an address that stands for "
	"it alone; other names are refused. TLS has to name the server that was connected to, and "
	"HTTP its host. UDP, ICMP and every other port are refused at once.\n\n"
	"Addresses of this machine, of private and link-local networks and of cloud metadata "
	"are reached only where a rule names them as addresses, whatever names lead to them.\n\n"
	"A port in network.loopback stands on the command's own loopback, and leads to that port "
	"on the loopback of this machine.\n\n"
	"network.publish leads a TCP port of this machine to one inside, on 127.0.0.1 or else ::1: "
	"[ADDRESS:]PORT:PORT, here and inside; without an address here, 127.0.0.1. Who has the "
	"port already ends the start. A client is reset at once while nothing listens inside.\n\n"
	"A rule for all ports, and rules for more than 256, need nftables in the kernel.\n\n"
	"A socket file in network.unix can be connected to at its own path, as it is when the "
	"command starts, by stream or seqpacket; SSH_AUTH_SOCK is passed on where it names one. "
	"Whoever listens there does what it is asked, without further rules: an agent signs for "
	"any host.\n\n"
	"No other unix socket of this machine can be connected to, in whatever directory "
	"files.read, "
	"files.write or the mode of the workspace show it; one that is named there ends the start. "
	"Sockets that the command makes itself work in /tmp, in /run and in a reviewed "
	"workspace.\n\n"
	"No field gives a command the network of this machine; --network host does, and is refused "
	"next to rules that it would break.";

static const char opened[] =
	"A rule of network.http says what may be asked of a host: methods in capitals (none: all), "
	"and paths (none: all), where * stands for anything but a slash and ** for anything. It "
	"allows the host, too. Everything else asked of that host is denied with 403.\n\n"
	"A secret is read on this machine: of the variable of its name (from: env), of a file "
	"(from: file:/PATH) or of what a command prints (from: command:WORDS). The variable inside "
	"holds a placeholder of the same shape. It becomes the value in requests to the hosts that "
	"the secret names, on port 443 unless they name others: in a header (header: NAME, or "
	"header: \"NAME: Bearer {}\"), in HTTP Basic (basic: true), in a parameter (query: NAME) "
	"or "
	"in a body of at most 1 MiB (body: true); without any of these in Authorization and Basic. "
	"A placeholder that stands elsewhere stays as it is, and is told. The hosts of a secret "
	"have to be allowed by network.allow or network.http.\n\n"
	"TLS to the hosts of both is opened by an authority that is made for this one sandbox, and "
	"verified by the list of this machine, or of SSL_CERT_FILE. The authority is in "
	"/run/tiercel/ca.pem, and added to the system's lists inside, that of Java included; "
	"SSL_CERT_FILE, NODE_EXTRA_CA_CERTS, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE, GIT_SSL_CAINFO, "
	"CARGO_HTTP_CAINFO, PIP_CERT, DENO_CERT and AWS_CA_BUNDLE are set. All other TLS passes "
	"unopened.";

static const char *const types[TYPE_END] = {
	[TYPE_VERSION] = "number",
	[TYPE_STRING] = "text or null",
	[TYPE_ENUM] = "one of",
	[TYPE_BOOL] = "true or false",
	[TYPE_LIST] = "list of texts",
	[TYPE_SIZE] = "size, such as 512MiB or 4GiB, or null",
	[TYPE_COUNT] = "number or null",
	[TYPE_MILLI] = "number, such as 2 or 0.5, or null",
	[TYPE_TIME] = "time, such as 90s, 5m or 1h, or null",
	[TYPE_HTTP] = "list of {host, methods, paths}",
	[TYPE_SECRETS] = "list of {name, from, hosts, header, query, basic, body}",
};

static const char *const example[] = {
	"version: 1",
	"preset: coding-agent",
	"workspace: { mode: review }",
	"files:",
	"  read: [~/.cargo]",
	"  hide: [secrets]",
	"env: { pass: [LANG], set: { CI: \"1\" } }",
	"network: { allow: [github.com, \"*.pypi.org:443\"] }",
	"limits: { memory: 2GiB, pids: 256, time: 1h }",
	NULL,
};

static void field(struct buf *out, const struct field_row *row)
{
	buf_str(out, ".TP\n\\fB");
	roff_text(out, row->name);
	buf_str(out, "\\fR (\\fI");
	roff_text(out, types[row->type]);
	for (size_t i = 0; row->choices != NULL && row->choices[i] != NULL; i++) {
		buf_str(out, i == 0 ? " " : ", ");
		roff_text(out, row->choices[i]);
	}
	buf_str(out, "\\fR)\n");
	roff_text(out, row->help);
	buf_str(out, ".\n");
}

void man_policy(struct buf *out)
{
	char presets[PRESETS_MAX];

	roff_head(out, "tiercel-policy", 5, "what a sandboxed command may do");
	roff_section(out, "DESCRIPTION");
	roff_paragraphs(out, about);
	roff_section(out, "FIELDS");
	buf_str(out, ".PP\nA dot parts a mapping from its key: ");
	roff_text(out, "limits.memory is written limits: { memory: 4GiB }.\n");
	for (int i = FIELD_NONE + 1; i < FIELD_END; i++)
		field(out, policy_field_row((enum policy_field)i));
	roff_section(out, "LIMITS");
	roff_paragraphs(out, limits);
	roff_section(out, "NETWORK");
	roff_paragraphs(out, network);
	roff_section(out, "HTTP AND SECRETS");
	roff_paragraphs(out, opened);
	roff_section(out, "DIRECT MODE");
	roff_paragraphs(out, direct);
	preset_names(presets, sizeof(presets));
	roff_section(out, "PRESETS");
	roff_paragraphs(out, presets);
	buf_str(out, ".PP\nA command that bears the name of an agent among these starts from its "
		     "preset; any other from coding\\-agent.\n");
	roff_section(out, "EXAMPLE");
	buf_str(out, ".PP\n.RS 4\n.nf\n");
	for (size_t i = 0; example[i] != NULL; i++) {
		roff_text(out, example[i]);
		buf_str(out, "\n");
	}
	buf_str(out, ".fi\n.RE\n");
	roff_section(out, "FILES");
	buf_str(out, ".PP\n\\fI/etc/tiercel/policy.yaml\\fR,\n"
		     "\\fI$XDG_CONFIG_HOME/tiercel/policy.yaml\\fR,\n\\fI.tiercel.yaml\\fR\n");
	roff_section(out, "SEE ALSO");
	buf_str(out, "\\fBtiercel\\fR(1), \\fBtiercel\\-run\\fR(1), \\fBtiercel\\-policy\\fR(1)\n");
}
