/* Receives with recvmmsg and sends with sendmmsg to a port of loopback, and
 * does nothing in between: what any forwarder of datagrams pays at least.
 * Packets have at most 2048 bytes.
 * usage: bare PORT BATCH BUFFER */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define MAX 1024
static struct mmsghdr in[MAX], out[MAX];
static struct iovec iov[MAX];
static struct sockaddr_in from[MAX];
static char data[MAX][2048]; /* closer than 64 KiB: those would share the places of a cache */

int main(int argc, char **argv) {
	if (argc != 4)
		return 2;
	int batch = atoi(argv[2]), size = atoi(argv[3]), s = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}, to = a;
	socklen_t len = sizeof a;
	to.sin_port = htons(atoi(argv[1]));
	if (setsockopt(s, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
		setsockopt(s, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	if (bind(s, (struct sockaddr *)&a, sizeof a) < 0 || getsockname(s, (struct sockaddr *)&a, &len) < 0)
		return 1;
	fprintf(stderr, "listening on 127.0.0.1:%d\n", ntohs(a.sin_port));
	for (int i = 0; i < batch; i++) {
		in[i].msg_hdr = (struct msghdr){.msg_name = &from[i], .msg_namelen = sizeof from[i], .msg_iov = &iov[i], .msg_iovlen = 1};
		out[i].msg_hdr = (struct msghdr){.msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &iov[i], .msg_iovlen = 1};
	}
	for (;;) {
		for (int i = 0; i < batch; i++)
			iov[i] = (struct iovec){data[i], sizeof data[i]};
		int n = recvmmsg(s, in, batch, MSG_WAITFORONE, NULL);
		for (int i = 0; i < n; i++)
			iov[i].iov_len = in[i].msg_len;
		for (int k = 0; k < n;) {
			int m = sendmmsg(s, out + k, n - k, 0);
			k += m > 0 ? m : 1;
		}
	}
}
