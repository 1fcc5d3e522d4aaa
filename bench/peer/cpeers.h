/* What the C peers share: a set of messages, the fields that a proxy reads,
 * and their sum, which is Fields.Sum in Go. */
#ifndef SIPWIRE_BENCH_CPEERS_H
#define SIPWIRE_BENCH_CPEERS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <stdlib.h>

struct cspan {
	const char *p;
	size_t n;
};

struct cfields {
	int status, port, via_port, max_forwards;
	uint32_t cseq;
	struct cspan user, host, via_host, branch, from_tag, to_tag, method, call_id;
};

struct cset {
	char **msg; /* each ends in a NUL that does not count */
	uint32_t *len;
	void **ready; /* parsed messages, for the tasks that write them */
	int n;
};

static inline struct cspan cspan_str(const char *s)
{
	struct cspan v = { s, s ? strlen(s) : 0 };
	return v;
}

static inline uint64_t cfields_sum(const struct cfields *f)
{
	size_t n = f->user.n + 3 * f->host.n + 5 * f->via_host.n + 7 * f->branch.n + 11 * f->from_tag.n +
		13 * f->to_tag.n + 17 * f->method.n + 19 * f->call_id.n;
	return (uint64_t)(n + f->status + f->port + f->via_port + f->max_forwards) + f->cseq;
}

#endif
