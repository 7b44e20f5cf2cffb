/*
 * The oracle of src/virt/os: performs the operations of a table, one a line, by the system calls of the kernel that it
 * runs on, and prints what each answered. Needs root and the host's /proc; everything it makes vanishes with its namespaces.
 *
 *     stepper DIRECTORY < lines            DIRECTORY is empty; it becomes the root of the world, a tmpfs of mode 0755
 *
 *     init: mkdir /a 755          ->  ok
 *     init: clone child NEWUTS    ->  ok
 *     child: read /a              ->  EISDIR
 *
 * The process "init" is there from the start, PID 1 of namespaces of its own. Each process serves a slot: a pair of sockets
 * that was made before the first of them, so that no namespace, root or death between them and the controller matters.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/if_link.h>
#include <linux/magic.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/veth.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

enum { SLOTS = 24, LINE = 4096, ARGS = 16 };

static struct { int controller, process; char name[32]; pid_t pid; } slots[SLOTS];
static int used, proc = -1, self = -1;
static char out[LINE];
static char home[256], group[320]; /* directories of cgroup2: where the controller was, and the world's, "" if there can be none */

static void fatal(const char *what) { perror(what); exit(2); }

/* ---- answers ---- */
static void say(const char *format, ...) {
  va_list list;
  va_start(list, format);
  vsnprintf(out, sizeof out, format, list);
  va_end(list);
}
static void answer(long result) {
  if (result >= 0) say("ok");
  else if (strerrorname_np(errno)) say("%s", strerrorname_np(errno));
  else say("E%d", errno);
}
static void number(long result) {
  if (result < 0) answer(result); else say("ok %ld", result);
}

/* ---- words of a line ---- */
static int words(char *line, char **argv) {
  int count = 0;
  while (*line && count < ARGS) {
    while (*line == ' ') line++;
    if (!*line) break;
    int quoted = *line == '"';
    if (quoted) line++;
    argv[count++] = line;
    while (*line && *line != (quoted ? '"' : ' ')) line++;
    if (*line) *line++ = 0;
  }
  return count;
}
struct word { const char *name; unsigned long value; };
static unsigned long among(const struct word *table, const char *text) {
  unsigned long flags = 0;
  char copy[LINE], *save, *one;
  snprintf(copy, sizeof copy, "%s", text);
  for (one = strtok_r(copy, ",|", &save); one; one = strtok_r(NULL, ",|", &save)) {
    const struct word *row = table;
    while (row->name && strcmp(row->name, one)) row++;
    if (!row->name) { fprintf(stderr, "no such word: %s\n", one); exit(2); }
    flags |= row->value;
  }
  return flags;
}
static const struct word NAMESPACES[] = {
  {"NEWNS", CLONE_NEWNS}, {"NEWUTS", CLONE_NEWUTS}, {"NEWIPC", CLONE_NEWIPC}, {"NEWPID", CLONE_NEWPID},
  {"NEWNET", CLONE_NEWNET}, {"NEWUSER", CLONE_NEWUSER}, {"NEWCGROUP", CLONE_NEWCGROUP}, {"NEWTIME", 0x80},
  {"none", 0}, {0, 0} };
static const struct word MOUNT[] = {
  {"ro", MS_RDONLY}, {"nosuid", MS_NOSUID}, {"nodev", MS_NODEV}, {"noexec", MS_NOEXEC}, {"remount", MS_REMOUNT},
  {"bind", MS_BIND}, {"rec", MS_REC}, {"move", MS_MOVE}, {"shared", MS_SHARED}, {"private", MS_PRIVATE},
  {"slave", MS_SLAVE}, {"unbindable", MS_UNBINDABLE}, {"none", 0}, {0, 0} };
static const struct word UMOUNT[] = { {"detach", MNT_DETACH}, {"force", MNT_FORCE}, {"none", 0}, {0, 0} };
static const struct word CAPABILITIES[] = {
  {"CHOWN", 0}, {"DAC_OVERRIDE", 1}, {"DAC_READ_SEARCH", 2}, {"FOWNER", 3}, {"FSETID", 4}, {"KILL", 5}, {"SETGID", 6},
  {"SETUID", 7}, {"SETPCAP", 8}, {"LINUX_IMMUTABLE", 9}, {"NET_BIND_SERVICE", 10}, {"NET_BROADCAST", 11}, {"NET_ADMIN", 12},
  {"NET_RAW", 13}, {"IPC_LOCK", 14}, {"IPC_OWNER", 15}, {"SYS_MODULE", 16}, {"SYS_RAWIO", 17}, {"SYS_CHROOT", 18},
  {"SYS_PTRACE", 19}, {"SYS_PACCT", 20}, {"SYS_ADMIN", 21}, {"SYS_BOOT", 22}, {"SYS_NICE", 23}, {"SYS_RESOURCE", 24},
  {"SYS_TIME", 25}, {"SYS_TTY_CONFIG", 26}, {"MKNOD", 27}, {"LEASE", 28}, {"AUDIT_WRITE", 29}, {"AUDIT_CONTROL", 30},
  {"SETFCAP", 31}, {"MAC_OVERRIDE", 32}, {"MAC_ADMIN", 33}, {"SYSLOG", 34}, {"WAKE_ALARM", 35}, {"BLOCK_SUSPEND", 36},
  {"AUDIT_READ", 37}, {"PERFMON", 38}, {"BPF", 39}, {"CHECKPOINT_RESTORE", 40}, {0, 0} };

static mode_t octal(const char *text) { return strtoul(text, NULL, 8); }
static const char *or_null(const char *text) { return strcmp(text, "-") ? text : NULL; }
static int find(const char *name) {
  for (int i = 0; i < used; i++) if (!strcmp(slots[i].name, name)) return i;
  return -1;
}
static int slot_of(const char *name) {
  int slot = find(name);
  if (slot >= 0) return slot;
  fprintf(stderr, "no such process: %s\n", name);
  exit(2);
}

/* ---- files ---- */
static void put(const char *path, const char *text, int flags) {
  int file = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | flags, 0644);
  if (file < 0) { answer(-1); return; }
  answer(*text ? write(file, text, strlen(text)) : 0);
  close(file);
}
static void get(const char *path) {
  char text[1024];
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  long length = file < 0 ? -1 : read(file, text, sizeof text - 1);
  if (length < 0) answer(-1);
  else {
    for (long i = 0; i < length; i++) if (text[i] == 0) text[i] = '0'; else if (text[i] == '\n') text[i] = ';';
    text[length] = 0;
    say("ok \"%s\"", text);
  }
  if (file >= 0) close(file);
}
static char letter(mode_t mode) {
  return S_ISDIR(mode) ? 'd' : S_ISLNK(mode) ? 'l' : S_ISCHR(mode) ? 'c' : S_ISBLK(mode) ? 'b' : S_ISFIFO(mode) ? 'p' : S_ISSOCK(mode) ? 's' : '-';
}
static void status(const char *path) {
  struct stat s;
  if (lstat(path, &s) < 0) { answer(-1); return; }
  char device[32] = "";
  if (S_ISCHR(s.st_mode) || S_ISBLK(s.st_mode)) snprintf(device, sizeof device, " %u:%u", major(s.st_rdev), minor(s.st_rdev));
  long size = S_ISREG(s.st_mode) || S_ISLNK(s.st_mode) ? (long)s.st_size : 0; /* a directory's size is the file system's affair */
  say("ok %c%04o links=%lu %u:%u size=%ld%s", letter(s.st_mode), s.st_mode & 07777,
      S_ISDIR(s.st_mode) ? 0ul : (unsigned long)s.st_nlink, s.st_uid, s.st_gid, size, device);
}
static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }
static void sorted(char **names, int count) {
  qsort(names, count, sizeof *names, by_name);
  size_t at = snprintf(out, sizeof out, "ok");
  for (int i = 0; i < count && at < sizeof out; i++) at += snprintf(out + at, sizeof out - at, " %s", names[i]);
}
static void list(const char *path) {
  char *names[256];
  int count = 0;
  DIR *directory = opendir(path);
  if (!directory) { answer(-1); return; }
  for (struct dirent *e; (e = readdir(directory)) && count < 256;)
    if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..")) names[count++] = strdup(e->d_name);
  closedir(directory);
  sorted(names, count);
  while (count) free(names[--count]);
}
static void attributes(const char *path) {
  char raw[1024], *names[64];
  int count = 0;
  ssize_t length = llistxattr(path, raw, sizeof raw);
  if (length < 0) { answer(-1); return; }
  for (char *at = raw; at < raw + length; at += strlen(at) + 1) names[count++] = at;
  sorted(names, count);
}
static void put_proc(int pid, const char *name, const char *text) {
  char path[64], lines[1024];
  snprintf(path, sizeof path, "%d/%s", pid, name);
  snprintf(lines, sizeof lines, "%s", text);
  for (char *c = lines; *c; c++) if (*c == ',') *c = '\n';
  int file = openat(proc, path, O_WRONLY | O_CLOEXEC);
  if (file < 0) { answer(-1); return; }
  answer(write(file, lines, strlen(lines)));
  close(file);
}

/* ---- capabilities ---- */
static int capabilities(struct __user_cap_data_struct data[2]) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  return syscall(SYS_capget, &header, data);
}
enum set { EFFECTIVE, PERMITTED, INHERITABLE };
static unsigned *word_of(struct __user_cap_data_struct *data, enum set set) {
  return set == EFFECTIVE ? &data->effective : set == PERMITTED ? &data->permitted : &data->inheritable;
}
static void has(const char *name, enum set set) {
  struct __user_cap_data_struct data[2];
  unsigned long bit = among(CAPABILITIES, name);
  if (capabilities(data) < 0) answer(-1);
  else say("ok %s", *word_of(&data[bit / 32], set) >> bit % 32 & 1 ? "yes" : "no");
}
/* Puts a capability into some of the sets, or takes it out. */
static void change(const char *name, int in, int sets) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  unsigned long bit = among(CAPABILITIES, name);
  if (capabilities(data) < 0) { answer(-1); return; }
  for (enum set set = EFFECTIVE; set <= INHERITABLE; set++)
    if (sets & 1 << set) {
      unsigned *word = word_of(&data[bit / 32], set);
      *word = in ? *word | 1u << bit % 32 : *word & ~(1u << bit % 32);
    }
  answer(syscall(SYS_capset, &header, data));
}
static void asked(long result) { if (result < 0) answer(-1); else say("ok %s", result ? "yes" : "no"); }
/* setcap PATH PERMITTED INHERITABLE EFFECTIVE ROOT: security.capability of version 2, or with a root's id of version 3. */
static void set_capability(const char *path, const char *permitted, const char *inheritable, int effective, const char *root) {
  struct vfs_ns_cap_data cap = {0};
  int second = strcmp(root, "-") != 0;
  cap.magic_etc = (second ? VFS_CAP_REVISION_3 : VFS_CAP_REVISION_2) | (effective ? VFS_CAP_FLAGS_EFFECTIVE : 0);
  const char *lists[2] = {permitted, inheritable};
  for (int i = 0; i < 2; i++) {
    char copy[LINE], *save, *one;
    snprintf(copy, sizeof copy, "%s", lists[i]);
    for (one = strtok_r(copy, ",", &save); one; one = strtok_r(NULL, ",", &save)) {
      if (!strcmp(one, "none")) continue;
      unsigned long bit = among(CAPABILITIES, one);
      unsigned *word = i ? &cap.data[bit / 32].inheritable : &cap.data[bit / 32].permitted;
      *word |= 1u << bit % 32;
    }
  }
  if (second) cap.rootid = strtoul(root, NULL, 10);
  answer(lsetxattr(path, "security.capability", &cap, second ? XATTR_CAPS_SZ_3 : XATTR_CAPS_SZ_2, 0));
}
static void get_capability(const char *path) {
  unsigned char raw[64];
  ssize_t length = lgetxattr(path, "security.capability", raw, sizeof raw);
  if (length < 0) { answer(-1); return; }
  size_t at = snprintf(out, sizeof out, "ok ");
  for (ssize_t i = 0; i < length; i++) at += snprintf(out + at, sizeof out - at, "%02x", raw[i]);
}

/* ---- processes ---- */
static void serve(int slot);
static void begin(int slot, unsigned long flags) {
  struct clone_args args = {.flags = flags, .exit_signal = SIGCHLD}; /* clone(2) has no bit for time namespaces */
  pid_t pid = syscall(SYS_clone3, &args, sizeof args);
  if (pid == 0) serve(slot);
  number(pid);
}
static void same(const char *kind, pid_t other) {
  char mine[64], theirs[64], path[64];
  snprintf(path, sizeof path, "self/ns/%s", kind);
  ssize_t a = readlinkat(proc, path, mine, sizeof mine);
  snprintf(path, sizeof path, "%d/ns/%s", other, kind);
  ssize_t b = readlinkat(proc, path, theirs, sizeof theirs);
  if (a < 0 || b < 0) answer(-1);
  else say("ok %s", a == b && !memcmp(mine, theirs, a) ? "yes" : "no");
}
/* By the files of its namespaces, since a PID of the host means nothing in here; the user namespace first, as it gives the right to the rest. */
static void enter(pid_t other, unsigned long flags) {
  static const struct { unsigned long flag; const char *name; } files[] = {
    {CLONE_NEWUSER, "user"}, {CLONE_NEWUTS, "uts"}, {CLONE_NEWIPC, "ipc"}, {CLONE_NEWNET, "net"}, {CLONE_NEWCGROUP, "cgroup"},
    {CLONE_NEWPID, "pid"}, {0x80, "time"}, {CLONE_NEWNS, "mnt"} };
  int descriptors[8];
  for (int i = 0; i < 8; i++) {
    char path[64];
    snprintf(path, sizeof path, "%d/ns/%s", other, files[i].name);
    descriptors[i] = flags & files[i].flag ? openat(proc, path, O_RDONLY | O_CLOEXEC) : -1;
  }
  answer(0);
  for (int i = 0; i < 8; i++) {
    if (!(flags & files[i].flag) || strcmp(out, "ok")) continue;
    answer(descriptors[i] < 0 ? -1 : setns(descriptors[i], files[i].flag));
  }
  for (int i = 0; i < 8; i++) if (descriptors[i] >= 0) close(descriptors[i]);
}

/* ---- interprocess communication: KEY may be "private", nobody waits ---- */
static const struct word IPC[] = { {"creat", IPC_CREAT}, {"excl", IPC_EXCL}, {"none", 0}, {0, 0} };
static key_t key_of(const char *text) { return strcmp(text, "private") ? atoi(text) : IPC_PRIVATE; }
struct message { long type; char text[9000]; };
static void send_message(int id, long type, const char *text) {
  struct message message = {.type = type};
  snprintf(message.text, sizeof message.text, "%s", text);
  answer(msgsnd(id, &message, strlen(text), IPC_NOWAIT));
}
static void receive_message(int id, long type) {
  struct message message;
  ssize_t length = msgrcv(id, &message, sizeof message.text, type, IPC_NOWAIT);
  if (length < 0) answer(-1); else say("ok %ld \"%.*s\"", message.type, (int)length, message.text);
}
static void queue_status(int id) {
  struct msqid_ds ds;
  if (msgctl(id, IPC_STAT, &ds) < 0) { answer(-1); return; }
  say("ok key=%d %o %u:%u %u:%u messages=%lu", ds.msg_perm.__key, ds.msg_perm.mode & 0777, ds.msg_perm.uid, ds.msg_perm.gid,
      ds.msg_perm.cuid, ds.msg_perm.cgid, (unsigned long)ds.msg_qnum);
}
static void queue_set(int id, uid_t uid, gid_t gid, mode_t mode) {
  struct msqid_ds ds = {.msg_qbytes = 16384};
  ds.msg_perm.uid = uid, ds.msg_perm.gid = gid, ds.msg_perm.mode = mode;
  answer(msgctl(id, IPC_SET, &ds));
}
static void memory_put(int id, const char *text) {
  char *at = shmat(id, NULL, 0);
  if (at == (char *)-1) { answer(-1); return; }
  memcpy(at, text, strlen(text));
  shmdt(at);
  say("ok");
}
static void memory_get(int id) {
  char *at = shmat(id, NULL, SHM_RDONLY);
  if (at == (char *)-1) { answer(-1); return; }
  say("ok \"%.1000s\"", at);
  shmdt(at);
}

/* ---- time: in thousands of seconds since the stepper began ---- */
static struct timespec began[2];
static clockid_t clock_of(const char *name) { return strcmp(name, "boottime") ? CLOCK_MONOTONIC : CLOCK_BOOTTIME; }
static void clock_offset(const char *name) {
  struct timespec now;
  clockid_t clock = clock_of(name);
  syscall(SYS_clock_gettime, clock, &now);
  double seconds = now.tv_sec - began[clock == CLOCK_BOOTTIME].tv_sec;
  say("ok %ld", (long)(seconds < 0 ? (seconds - 500) / 1000 : (seconds + 500) / 1000) * 1000);
}

/* ---- networks: rtnetlink(7) ---- */
static struct { struct nlmsghdr head; struct ifinfomsg info; char rest[512]; } request;
static struct rtattr *attribute(int type, const void *data, int length) {
  struct rtattr *at = (struct rtattr *)((char *)&request + NLMSG_ALIGN(request.head.nlmsg_len));
  at->rta_type = type;
  at->rta_len = RTA_LENGTH(length);
  memcpy(RTA_DATA(at), data, length);
  request.head.nlmsg_len = NLMSG_ALIGN(request.head.nlmsg_len) + RTA_ALIGN(at->rta_len);
  return at;
}
static void finish(struct rtattr *nest) { nest->rta_len = (char *)&request + request.head.nlmsg_len - (char *)nest; }
static void link_request(int type, int flags) {
  memset(&request, 0, sizeof request);
  request.head.nlmsg_len = NLMSG_LENGTH(sizeof request.info);
  request.head.nlmsg_type = type;
  request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
}
static void transact(void) {
  char reply[4096];
  int s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  long done = s < 0 ? -1 : send(s, &request, request.head.nlmsg_len, 0);
  if (done >= 0) done = recv(s, reply, sizeof reply, 0);
  if (done >= 0) {
    struct nlmsgerr *error = NLMSG_DATA((struct nlmsghdr *)reply);
    errno = -error->error;
    done = error->error;
  }
  answer(done);
  if (s >= 0) close(s);
}
static void link_pair(const char *one, const char *other) {
  link_request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  struct ifinfomsg none = {0};
  attribute(IFLA_IFNAME, one, strlen(one) + 1);
  struct rtattr *info = attribute(IFLA_LINKINFO, "", 0);
  attribute(IFLA_INFO_KIND, "veth", 5);
  struct rtattr *data = attribute(IFLA_INFO_DATA, "", 0);
  struct rtattr *peer = attribute(VETH_INFO_PEER, &none, sizeof none);
  attribute(IFLA_IFNAME, other, strlen(other) + 1);
  finish(peer); finish(data); finish(info);
  transact();
}
/* 0: there is none, and that was said. */
static int link_named(const char *name, int type) {
  link_request(type, 0);
  request.info.ifi_index = if_nametoindex(name);
  if (!request.info.ifi_index) say("ENODEV");
  return request.info.ifi_index;
}
static void link_move(const char *name, pid_t other) {
  char path[64];
  if (!link_named(name, RTM_SETLINK)) return;
  snprintf(path, sizeof path, "%d/ns/net", other);
  int file = openat(proc, path, O_RDONLY | O_CLOEXEC);
  if (file < 0) { answer(-1); return; }
  attribute(IFLA_NET_NS_FD, &file, sizeof file);
  transact();
  close(file);
}
static int by_index(const void *a, const void *b) { return ((const struct if_nameindex *)a)->if_index - ((const struct if_nameindex *)b)->if_index; }
static void links(void) {
  int s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), count = 0;
  struct if_nameindex *list = if_nameindex();
  if (s < 0 || !list) { answer(-1); return; }
  while (list[count].if_index) count++;
  qsort(list, count, sizeof *list, by_index);
  size_t at = snprintf(out, sizeof out, "ok");
  for (int i = 0; i < count; i++) {
    struct ifreq row = {0};
    snprintf(row.ifr_name, sizeof row.ifr_name, "%s", list[i].if_name);
    ioctl(s, SIOCGIFFLAGS, &row);
    at += snprintf(out + at, sizeof out - at, " %u:%s:%s", list[i].if_index, list[i].if_name, row.ifr_flags & IFF_UP ? "up" : "down");
  }
  if_freenameindex(list);
  close(s);
}
/* Abstract names of UNIX sockets; whoever listens does so to its end. */
static void abstract(const char *name, int listens) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "%s", name);
  socklen_t length = offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name);
  int s = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | (listens ? 0 : SOCK_CLOEXEC), 0);
  int result = listens ? bind(s, (void *)&address, length) : connect(s, (void *)&address, length);
  answer(result < 0 || !listens ? result : listen(s, 4000));
  if (result < 0 || !listens) close(s);
}

/* ---- programs: files that hold this one; whoever executes it serves on ---- */
static void program(const char *path, mode_t mode) {
  char part[65536];
  int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NONBLOCK, mode);
  if (to < 0) { answer(-1); return; }
  off_t at = 0;
  for (ssize_t length; (length = pread(self, part, sizeof part, at)) > 0; at += length)
    if (write(to, part, length) != length) fatal("program");
  close(to);
  say("ok");
}
/* The descriptors stay open; what the next image must know besides goes into its arguments. */
static void execute(int slot, const char *path) {
  char state[512], *argv[] = {"stepper", state, NULL}, *environment[] = {NULL};
  snprintf(state, sizeof state, "serve %d %d %d %d %ld %ld", slot, proc, self, !!*group, (long)began[0].tv_sec, (long)began[1].tv_sec);
  int at = strlen(state);
  for (int i = 0; i < SLOTS; i++) at += snprintf(state + at, sizeof state - at, " %d", slots[i].process);
  execve(path, argv, environment);
  answer(-1);
}

/* ---- seccomp: "code jt jf k,…" ---- */
static void filter(const char *text) {
  static struct sock_filter instructions[4200];
  unsigned count = 0;
  for (const char *at = text; at && *at; at = strchr(at, ','), at = at ? at + 1 : at) {
    unsigned code, jt, jf, k;
    if (sscanf(at, "%u %u %u %u", &code, &jt, &jf, &k) != 4) break;
    instructions[count++] = (struct sock_filter){code, jt, jf, k};
  }
  struct sock_fprog program_ = {count, instructions};
  answer(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program_, 0, 0));
}

/* ---- the control group of the world ---- */

static int order(const char *directory, const char *name, const char *text) {
  char path[640];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  int file = open(path, O_WRONLY | O_CLOEXEC);
  long done = file < 0 ? -1 : write(file, text, strlen(text));
  if (file >= 0) close(file);
  return done < 0 ? -1 : 0;
}
/* The world's init is born in a group of its own, so that it is the root of its cgroup namespace. */
static void enter_group(void) {
  char line[512], path[256] = "", mounted[128] = "";
  FILE *mounts = fopen("/proc/mounts", "re"), *mine = fopen("/proc/self/cgroup", "re");
  while (mounts && fgets(line, sizeof line, mounts)) { char type[32], at[128]; if (sscanf(line, "%*s %127s %31s", at, type) == 2 && !strcmp(type, "cgroup2")) strcpy(mounted, at); }
  while (mine && fgets(line, sizeof line, mine)) if (!strncmp(line, "0::", 3)) { line[strcspn(line, "\n")] = 0; snprintf(path, sizeof path, "%.250s", line + 3); }
  if (mounts) fclose(mounts);
  if (mine) fclose(mine);
  if (!*mounted || !*path) return;
  snprintf(home, sizeof home, "%s%s", mounted, strcmp(path, "/") ? path : "");
  snprintf(group, sizeof group, "%s/ringlab-%d", home, getpid());
  if (mkdir(group, 0755) || order(group, "cgroup.procs", "0")) { rmdir(group); *group = 0; }
}
static void leave_group(void) { if (*group) order(home, "cgroup.procs", "0"); }
/* Groups below first. They are empty: the world has ended. */
static void remove_group(const char *directory) {
  DIR *list_ = opendir(directory);
  char path[1024];
  for (struct dirent *e; list_ && (e = readdir(list_));)
    if (e->d_type == DT_DIR && e->d_name[0] != '.') { snprintf(path, sizeof path, "%s/%s", directory, e->d_name); remove_group(path); }
  if (list_) closedir(list_);
  for (int wait = 0; wait < 2000 && rmdir(directory) && errno == EBUSY; wait++) usleep(5000);
}

/* What a mount is told without "bind" counts for its file system, and this one there is only once. */
static int for_all_mounts(const char *target, const char *flags) {
  struct statfs fs;
  return strstr(flags, "remount") && !strstr(flags, "bind") && statfs(target, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
}
/* The line of cgroup2, as it is shown to whoever asks. */
static void group_of(pid_t other) {
  char path[64], line[1024];
  snprintf(path, sizeof path, "%d/cgroup", other);
  int file = openat(proc, path, O_RDONLY | O_CLOEXEC);
  FILE *lines = file < 0 ? NULL : fdopen(file, "r");
  if (!lines) { answer(-1); return; }
  say("ENOENT");
  while (fgets(line, sizeof line, lines))
    if (!strncmp(line, "0::", 3)) line[strcspn(line, "\n")] = 0, say("ok \"%s\"", line + 3);
  fclose(lines);
}

/* What is mounted and seen, but what only a real machine has: "PATH:FLAGS:PROPAGATION", in the order of their paths. */
static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }
static void mounts(void) {
  char line[LINE], *lines[64], all[LINE] = "";
  int count = 0, file = openat(proc, "self/mountinfo", O_RDONLY | O_CLOEXEC);
  FILE *table = file < 0 ? NULL : fdopen(file, "r");
  if (!table) { answer(-1); return; }
  while (fgets(line, sizeof line, table) && count < 64) {
    static const char *const without[] = {"proc", "sysfs", "devpts", "mqueue", NULL};
    static const char *const flags[] = {"ro", "nosuid", "nodev", "noexec", NULL};
    char path[512], options[512], type[64] = "", shown[1200], *dash = strstr(line, " - ");
    if (!dash || sscanf(line, "%*s %*s %*s %*s %511s %511s", path, options) != 2) continue;
    sscanf(dash, " - %63s", type);
    int skip = 0;
    for (const char *const *one = without; *one; one++) skip |= !strcmp(*one, type);
    if (skip) continue;
    int at = snprintf(shown, sizeof shown, "%s:", path), any = 0;
    for (const char *const *one = flags; *one; one++) {
      char copy[512], *save, *word;
      snprintf(copy, sizeof copy, "%s", options);
      for (word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save))
        if (!strcmp(word, *one)) at += snprintf(shown + at, sizeof shown - at, "%s%s", any++ ? "," : "", *one);
    }
    *dash = 0;
    snprintf(shown + at, sizeof shown - at, ":%s%s%s", strstr(line, " shared:") ? "shared" : "",
      strstr(line, " master:") ? "slave" : "", strstr(line, " unbindable") ? "unbindable" : "");
    lines[count++] = strdup(shown);
  }
  fclose(table);
  qsort(lines, count, sizeof *lines, by_text);
  for (int i = 0, at = 0; i < count; i++) at += snprintf(all + at, sizeof all - at, "%s%s", i ? " " : "", lines[i]);
  say("ok %s", all);
}

/* ---- what controllers count ---- */
static pid_t spinning[SLOTS];
static int spinners;
static void spin(void) {
  pid_t parent = getpid(), pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent || parent == 1) for (;;) __asm__ volatile("");
    _exit(0);
  }
  if (pid > 0) spinning[spinners++] = pid;
  answer(pid);
}
static void rest(void) {
  if (!spinners) { errno = ECHILD; answer(-1); return; }
  pid_t pid = spinning[--spinners];
  kill(pid, SIGKILL);
  answer(waitpid(pid, NULL, 0));
}
static struct { char *at; size_t size; } touched[64];
static int touches, disk = -1, raw = -1;
static void touch(size_t size) {
  char *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) { answer(-1); return; }
  for (size_t i = 0; i < size; i += 4096) at[i] = 1;
  touched[touches].at = at;
  touched[touches++].size = size;
  answer(0);
}
static void untouch(void) {
  while (touches) touches--, munmap(touched[touches].at, touched[touches].size);
  answer(0);
}
/* Of the disk, past its read-ahead. */
static void pull(long first, long size) {
  static char block[4096];
  posix_fadvise(disk, 0, 0, POSIX_FADV_RANDOM);
  for (long at = first; at < first + size; at += sizeof block)
    if (pread(disk, block, sizeof block, at) < 0) { answer(-1); return; }
  answer(0);
}
/* Past the page cache. */
static void direct(long first, long size) {
  static char block[4096] __attribute__((aligned(4096)));
  for (long at = first; at < first + size; at += sizeof block)
    if (pread(raw, block, sizeof block, at) < 0) { answer(-1); return; }
  answer(0);
}
/* Of a file of lines "KEY NUMBER", or of its only number, "-". */
static int number_in(const char *path, const char *key, double *value) {
  char text[8192];
  int file = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
  if (file >= 0) close(file);
  if (length < 0) { answer(-1); return -1; }
  text[length] = 0;
  if (!strcmp(key, "-")) { *value = atof(text); return 0; }
  size_t width = strlen(key);
  for (char *save, *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
    if (!strncmp(line, key, width) && line[width] == ' ') { *value = atof(line + width + 1); return 0; }
  errno = ENODATA;
  answer(-1);
  return -1;
}
static void within(double value, const char *low, const char *high) {
  say("ok %s", value >= atof(low) && value <= atof(high) ? "yes" : "no");
}

static struct timespec marked;
static void perform(int argc, char **argv) {
  const char *op = argv[0];
  char text[1024];
#define OP(NAME, COUNT) (!strcmp(op, NAME) && argc == (COUNT) + 1)
  /* files */
  if (OP("mkdir", 2)) answer(mkdir(argv[1], octal(argv[2])));
  else if (OP("write", 2)) put(argv[1], argv[2], O_CREAT | O_TRUNC);
  else if (OP("overwrite", 2)) put(argv[1], argv[2], 0);
  else if (OP("append", 2)) put(argv[1], argv[2], O_APPEND);
  else if (OP("create", 2)) { int f = open(argv[1], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NONBLOCK, octal(argv[2])); answer(f); if (f >= 0) close(f); }
  else if (OP("read", 1)) get(argv[1]);
  else if (OP("unlink", 1)) answer(unlink(argv[1]));
  else if (OP("rmdir", 1)) answer(rmdir(argv[1]));
  else if (OP("rename", 2)) answer(rename(argv[1], argv[2]));
  else if (OP("exchange", 2)) answer(renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE));
  else if (OP("link", 2)) answer(link(argv[1], argv[2]));
  else if (OP("symlink", 2)) answer(symlink(argv[1], argv[2]));
  else if (OP("readlink", 1)) { ssize_t n = readlink(argv[1], text, sizeof text - 1); if (n < 0) answer(n); else { text[n] = 0; say("ok \"%s\"", text); } }
  else if (OP("stat", 1)) status(argv[1]);
  else if (OP("ls", 1)) list(argv[1]);
  else if (OP("chmod", 2)) answer(chmod(argv[1], octal(argv[2])));
  else if (OP("chown", 3)) answer(lchown(argv[1], atoi(argv[2]), atoi(argv[3])));
  else if (OP("truncate", 2)) answer(truncate(argv[1], atol(argv[2])));
  else if (OP("mknod", 3)) {
    unsigned int major_ = 0, minor_ = 0;
    sscanf(argv[3], "%u:%u", &major_, &minor_);
    answer(mknod(argv[1], (argv[2][0] == 'c' ? S_IFCHR : argv[2][0] == 'b' ? S_IFBLK : S_IFIFO) | 0644, makedev(major_, minor_)));
  }
  else if (OP("setxattr", 3)) answer(lsetxattr(argv[1], argv[2], argv[3], strlen(argv[3]), 0));
  else if (OP("getxattr", 2)) { ssize_t n = lgetxattr(argv[1], argv[2], text, sizeof text - 1); if (n < 0) answer(n); else { text[n] = 0; say("ok \"%s\"", text); } }
  else if (OP("removexattr", 2)) answer(lremovexattr(argv[1], argv[2]));
  else if (OP("listxattr", 1)) attributes(argv[1]);
  else if (OP("open", 1)) { int f = open(argv[1], O_RDONLY | O_CLOEXEC | O_NONBLOCK); answer(f); if (f >= 0) close(f); }
  else if (OP("hold", 1)) answer(open(argv[1], O_RDONLY | O_CLOEXEC)); /* keeps a mount busy */
  else if (OP("umask", 1)) { umask(octal(argv[1])); answer(0); }
  else if (OP("chdir", 1)) answer(chdir(argv[1]));
  else if (OP("getcwd", 0)) { if (syscall(SYS_getcwd, text, sizeof text) < 0) answer(-1); else say("ok \"%s\"", text); }
  else if (OP("chroot", 1)) answer(chroot(argv[1]));
  /* mounts: mount SOURCE TARGET TYPE FLAGS DATA, "-" is NULL */
  else if (OP("mount", 5) && !strcmp(argv[3], "cgroup2") && !*group) say("ENODEV"); /* never the machine's own tree, */
  else if (OP("mount", 5) && for_all_mounts(argv[2], argv[4])) { fprintf(stderr, "all mounts of cgroup2 are the machine's\n"); exit(2); }
  else if (OP("mount", 5)) answer(mount(or_null(argv[1]), argv[2], or_null(argv[3]), among(MOUNT, argv[4]), or_null(argv[5])));
  else if (OP("umount", 2)) answer(umount2(argv[1], among(UMOUNT, argv[2])));
  else if (OP("pivot_root", 2)) answer(syscall(SYS_pivot_root, argv[1], argv[2]));
  /* processes and namespaces */
  else if (OP("unshare", 1)) answer(unshare(among(NAMESPACES, argv[1])));
  else if (OP("getpid", 0)) number(getpid());
  else if (OP("getppid", 0)) number(getppid());
  else if (OP("msgget", 3)) number(msgget(key_of(argv[1]), among(IPC, argv[2]) | octal(argv[3])));
  else if (OP("msgsnd", 3)) send_message(atoi(argv[1]), atol(argv[2]), argv[3]);
  else if (OP("msgrcv", 2)) receive_message(atoi(argv[1]), atol(argv[2]));
  else if (OP("msgstat", 1)) queue_status(atoi(argv[1]));
  else if (OP("msgset", 4)) queue_set(atoi(argv[1]), atoi(argv[2]), atoi(argv[3]), octal(argv[4]));
  else if (OP("msgrm", 1)) answer(msgctl(atoi(argv[1]), IPC_RMID, NULL));
  else if (OP("shmget", 4)) number(shmget(key_of(argv[1]), atol(argv[2]), among(IPC, argv[3]) | octal(argv[4])));
  else if (OP("shmwrite", 2)) memory_put(atoi(argv[1]), argv[2]);
  else if (OP("shmread", 1)) memory_get(atoi(argv[1]));
  else if (OP("shmrm", 1)) answer(shmctl(atoi(argv[1]), IPC_RMID, NULL));
  else if (OP("clock", 1)) clock_offset(argv[1]);
  else if (OP("timens_offsets", 2)) put_proc(slots[slot_of(argv[1])].pid, "timens_offsets", argv[2]);
  else if (OP("sethostname", 1)) answer(sethostname(argv[1], strlen(argv[1])));
  else if (OP("gethostname", 0)) { if (gethostname(text, sizeof text) < 0) answer(-1); else say("ok \"%s\"", text); }
  else if (OP("getuid", 0)) number(getuid());
  else if (OP("geteuid", 0)) number(geteuid());
  else if (OP("getgid", 0)) number(getgid());
  else if (OP("setuid", 1)) answer(syscall(SYS_setuid, atoi(argv[1])));
  else if (OP("setgid", 1)) answer(syscall(SYS_setgid, atoi(argv[1])));
  else if (OP("seteuid", 1)) answer(syscall(SYS_setresuid, -1, atoi(argv[1]), -1));
  else if (OP("setgroups", 1)) { gid_t group = atoi(argv[1]); answer(syscall(SYS_setgroups, 1, &group)); }
  else if (OP("cap", 1)) has(argv[1], EFFECTIVE);
  else if (OP("permitted", 1)) has(argv[1], PERMITTED);
  else if (OP("inheritable", 1)) has(argv[1], INHERITABLE);
  else if (OP("drop", 1)) change(argv[1], 0, 1 << EFFECTIVE | 1 << PERMITTED | 1 << INHERITABLE);
  else if (OP("lower", 1)) change(argv[1], 0, 1 << EFFECTIVE);
  else if (OP("raise", 1)) change(argv[1], 1, 1 << EFFECTIVE);
  else if (OP("inherit", 1)) change(argv[1], 1, 1 << INHERITABLE);
  else if (OP("disinherit", 1)) change(argv[1], 0, 1 << INHERITABLE);
  else if (OP("ambient", 1)) answer(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, among(CAPABILITIES, argv[1]), 0, 0));
  else if (OP("unambient", 1)) answer(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, among(CAPABILITIES, argv[1]), 0, 0));
  else if (OP("in-ambient", 1)) asked(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, among(CAPABILITIES, argv[1]), 0, 0));
  else if (OP("in-bounding", 1)) asked(prctl(PR_CAPBSET_READ, among(CAPABILITIES, argv[1]), 0, 0, 0));
  else if (OP("setcap", 5)) set_capability(argv[1], argv[2], argv[3], !strcmp(argv[4], "yes"), argv[5]);
  else if (OP("getcap", 1)) get_capability(argv[1]);
  else if (OP("veth", 2)) link_pair(argv[1], argv[2]);
  else if (OP("links", 0)) links();
  else if (OP("link-up", 1)) { if (link_named(argv[1], RTM_SETLINK)) { request.info.ifi_flags = request.info.ifi_change = IFF_UP; transact(); } }
  else if (OP("link-down", 1)) { if (link_named(argv[1], RTM_SETLINK)) { request.info.ifi_change = IFF_UP; transact(); } }
  else if (OP("link-rename", 2)) { if (link_named(argv[1], RTM_SETLINK)) { attribute(IFLA_IFNAME, argv[2], strlen(argv[2]) + 1); transact(); } }
  else if (OP("link-delete", 1)) { if (link_named(argv[1], RTM_DELLINK)) transact(); }
  else if (OP("link-move", 2)) link_move(argv[1], slots[slot_of(argv[2])].pid);
  else if (OP("settle", 0)) { usleep(400000); answer(0); } /* networks that nobody uses are taken down behind one's back */
  else if (OP("listen", 1)) abstract(argv[1], 1);
  else if (OP("connect", 1)) abstract(argv[1], 0);
  else if (OP("program", 2)) program(argv[1], octal(argv[2]));
  else if (OP("seccomp", 1)) filter(argv[1]);
  else if (OP("call", 7)) number(syscall(atol(argv[1]), strtoull(argv[2], 0, 0), strtoull(argv[3], 0, 0), strtoull(argv[4], 0, 0),
    strtoull(argv[5], 0, 0), strtoull(argv[6], 0, 0), strtoull(argv[7], 0, 0)));
  else if (OP("bounding", 1)) answer(prctl(PR_CAPBSET_DROP, among(CAPABILITIES, argv[1]), 0, 0, 0));
  else if (OP("no_new_privs", 0)) answer(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  else if (OP("subreaper", 0)) answer(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
  else if (OP("deny-setgroups", 1)) put_proc(slots[slot_of(argv[1])].pid, "setgroups", "deny");
  else if (OP("uid_map", 2)) put_proc(slots[slot_of(argv[1])].pid, "uid_map", argv[2]);
  else if (OP("gid_map", 2)) put_proc(slots[slot_of(argv[1])].pid, "gid_map", argv[2]);
  else if (OP("same", 2)) same(argv[1], slots[slot_of(argv[2])].pid);
  else if (OP("setns", 2)) enter(slots[slot_of(argv[1])].pid, among(NAMESPACES, argv[2]));
  else if (OP("kill", 2)) answer(kill(atoi(argv[1]), atoi(argv[2])));
  else if (OP("wait", 1)) { int state; pid_t pid = waitpid(atoi(argv[1]), &state, 0); if (pid < 0) answer(-1);
    else if (WIFSIGNALED(state)) say("ok %d signal %d", pid, WTERMSIG(state)); else say("ok %d exit %d", pid, WEXITSTATUS(state)); }
  else if (OP("mounts", 0)) mounts();
  else if (OP("cgroup", 1)) group_of(slots[slot_of(argv[1])].pid);
  else if (OP("spin", 0)) spin();
  else if (OP("rest", 0)) rest();
  else if (OP("touch", 1)) touch(atol(argv[1]) << 20);
  else if (OP("untouch", 0)) untouch();
  else if (OP("pull", 2)) pull(atol(argv[1]) << 20, atol(argv[2]) << 20);
  else if (OP("direct", 2)) direct(atol(argv[1]) << 20, atol(argv[2]) << 20);
  else if (OP("mark", 0)) { clock_gettime(CLOCK_MONOTONIC, &marked); answer(0); }
  else if (OP("since", 2)) { struct timespec now; clock_gettime(CLOCK_MONOTONIC, &now);
    within((now.tv_sec - marked.tv_sec) * 1e3 + (now.tv_nsec - marked.tv_nsec) / 1e6, argv[1], argv[2]); }
  else if (OP("sleep", 1)) answer(usleep(atoi(argv[1]) * 1000));
  else if (OP("between", 4)) { double value; if (!number_in(argv[1], argv[2], &value)) within(value, argv[3], argv[4]); }
  else if (OP("ratio", 5)) { double value, over; if (!number_in(argv[1], argv[3], &value) && !number_in(argv[2], argv[3], &over)) within(value / over, argv[4], argv[5]); }
  else { fprintf(stderr, "no such operation: %s with %d arguments\n", op, argc - 1); exit(2); }
}

/* Whom a line is about may never have been born: its clone was refused. */
static int names_nobody(int argc, char **argv) {
  static const char *const first[] = {"setns", "uid_map", "gid_map", "deny-setgroups", "timens_offsets", "cgroup", NULL};
  if (!strcmp(argv[0], "same") || !strcmp(argv[0], "link-move")) return argc > 2 && find(argv[2]) < 0;
  for (const char *const *op = first; *op; op++) if (!strcmp(*op, argv[0])) return argc > 1 && find(argv[1]) < 0;
  return 0;
}

static void serve(int slot) {
  char line[LINE], *argv[ARGS];
  for (;;) {
    ssize_t length = recv(slots[slot].process, line, sizeof line - 1, 0);
    if (length <= 0) _exit(0);
    line[length] = 0;
    /* Names and host PIDs of all processes come before the line, so that none of them is out of date. */
    char *at = strchr(line, '\n');
    *at++ = 0;
    used = 0;
    char *save, *one;
    for (one = strtok_r(line, " ", &save); one; one = strtok_r(NULL, " ", &save))
      sscanf(one, "%31[^=]=%d", slots[used].name, &slots[used].pid), used++;
    int argc = words(at, argv);
    prctl(PR_SET_DUMPABLE, 1); /* or the files in /proc of whoever changed its ids would be root's: proc(5) */
    if (!strcmp(argv[0], "exit")) { say("ok"); send(slots[slot].process, out, strlen(out), 0); _exit(atoi(argv[1])); }
    if (!strcmp(argv[0], "clone")) begin(used, among(NAMESPACES, argv[2]));
    else if (!strcmp(argv[0], "exec")) execute(slot, argv[1]);
    else if (names_nobody(argc, argv)) say("ESRCH");
    else perform(argc, argv);
    prctl(PR_SET_DUMPABLE, 1); /* whatever the line changed */
    send(slots[slot].process, out, strlen(out), 0);
  }
}

/* As the first program of somebody else's container: no processes but this one. */
static int inside(void) {
  char line[LINE], *argv[ARGS];
  proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    perform(words(line + strlen("init: "), argv), argv);
    puts(out);
    fflush(stdout);
  }
  return 0;
}

/* ---- the controller ---- */
static void start(const char *directory) {
  proc = open("/proc", O_RDONLY | O_DIRECTORY);
  if (proc < 0) fatal("/proc");
  disk = open("/dev/ram0", O_RDONLY | O_CLOEXEC); /* only in a machine of its own */
  raw = open("/dev/ram0", O_RDONLY | O_CLOEXEC | O_DIRECT);
  enter_group();
  unsigned long flags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP;
  pid_t pid = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
  if (pid < 0) fatal("clone");
  if (pid) leave_group();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) fatal("private");
    if (mount("root", directory, "tmpfs", 0, "mode=0755,size=16m")) fatal("tmpfs");
    if (chdir(directory) || syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) || chdir("/")) fatal("pivot_root");
    umask(022);
    sethostname("host", 4);
    serve(0);
  }
  snprintf(slots[0].name, sizeof slots[0].name, "init");
  slots[0].pid = pid;
  used = 1;
}

/** The sender's PID, as the controller sees it: only by a message's credentials is it translated. */
static ssize_t hear(int slot, char *text, pid_t *sender) {
  char control[CMSG_SPACE(sizeof(struct ucred))];
  struct iovec part = {text, LINE - 1};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  ssize_t length = recvmsg(slots[slot].controller, &message, 0);
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  if (head && head->cmsg_type == SCM_CREDENTIALS) *sender = ((struct ucred *)CMSG_DATA(head))->pid;
  if (length >= 0) text[length] = 0;
  return length;
}
static int alive(pid_t pid) {
  char path[64], text[512], *end;
  snprintf(path, sizeof path, "%d/stat", pid);
  int file = openat(proc, path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length <= 0) return 0;
  text[length] = 0;
  end = strrchr(text, ')');
  return end && end[2] != 'Z' && end[2] != 'X';
}
static int living(void) {
  int count = 0;
  for (int i = 0; i < used; i++) count += alive(slots[i].pid);
  return count;
}

/* The image that execve started. */
static void resume(char *state) {
  int length, slot, at;
  sscanf(state, "serve %d %d %d %hhd %ld %ld%n", &slot, &proc, &self, group, &began[0].tv_sec, &began[1].tv_sec, &at);
  for (int i = 0; i < SLOTS; i++, at += length) sscanf(state + at, "%d%n", &slots[i].process, &length);
  prctl(PR_SET_DUMPABLE, 1);
  send(slots[slot].process, "ok", 2, 0);
  serve(slot);
}

/* Told to end, it ends its world first: a group that is left would stay in the machine's tree. */
static volatile sig_atomic_t told;
static void told_to_end(int number_) { (void)number_; told = 1; }

int main(int argc, char **argv) {
  char line[LINE], message[2 * LINE], reply[LINE], name[32];
  for (int i = 1; i < argc; i++) /* after a script's first line it is not the first argument */
    if (!strncmp(argv[i], "serve ", 6)) resume(argv[i]);
  if (argc == 2 && !strcmp(argv[1], "inside")) return inside();
  if (argc != 2) { fprintf(stderr, "usage: stepper DIRECTORY < lines\n"); return 2; }
  for (int i = 0; i < SLOTS; i++) {
    int pair[2], on = 1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair)) fatal("socketpair");
    fcntl(pair[0], F_SETFD, FD_CLOEXEC);
    slots[i].controller = pair[0];
    slots[i].process = pair[1];
    setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
  }
  clock_gettime(CLOCK_MONOTONIC, &began[0]);
  clock_gettime(CLOCK_BOOTTIME, &began[1]);
  self = open("/proc/self/exe", O_RDONLY);
  if (self < 0) fatal("/proc/self/exe");
  struct sigaction action = {.sa_handler = told_to_end};
  start(argv[1]);
  sigaction(SIGTERM, &action, NULL);
  while (!told && fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    char *colon = strchr(line, ':');
    if (!colon || colon - line > 31) { fprintf(stderr, "not a line: %s\n", line); return 2; }
    snprintf(name, sizeof name, "%.*s", (int)(colon - line), line);
    int slot = find(name), at = 0, clones = 0;
    if (slot < 0) { puts("dead"); continue; } /* it was not born: its clone was refused */
    char copy[LINE], *words_[ARGS];
    snprintf(copy, sizeof copy, "%s", colon + 1);
    words_[0] = "";
    clones = words(copy, words_) >= 3 && !strcmp(words_[0], "clone");
    for (int i = 0; i < used; i++) at += snprintf(message + at, sizeof message - at, "%s=%d ", slots[i].name, slots[i].pid);
    snprintf(message + at, sizeof message - at, "\n%s", colon + 2);
    /* Whoever was killed a moment ago may still be on its way out. */
    for (int wait = 0; wait < 20 && !alive(slots[slot].pid); wait++) usleep(1000);
    snprintf(reply, sizeof reply, "dead");
    if (alive(slots[slot].pid) && send(slots[slot].controller, message, strlen(message), 0) > 0) {
      struct pollfd answer_ = {slots[slot].controller, POLLIN, 0};
      pid_t sender = 0;
      for (int wait = 0; wait < 3000 && !told; wait++) {
        if (poll(&answer_, 1, 10) > 0) { hear(slot, reply, &sender); break; }
        if (!alive(slots[slot].pid)) break;
      }
      if (clones && !strncmp(reply, "ok", 2)) { /* ask the new process who it is */
        slots[used].pid = 0;
        snprintf(slots[used].name, sizeof slots[used].name, "%s", words_[1]);
        char hello[] = "\ngetpid", greeting[LINE];
        send(slots[used].controller, hello, strlen(hello), 0);
        hear(used, greeting, &slots[used].pid);
        used++;
      }
    }
    /* Death takes its time, and that of an init those of others. */
    if (!strcmp(words_[0], "kill") || !strcmp(words_[0], "exit") || strstr(colon, "cgroup.kill") || strstr(colon, "cgroup.freeze"))
      for (int quiet = 0, before = living(), now; quiet < 8; before = now) {
        usleep(2000);
        now = living();
        quiet = now == before ? quiet + 1 : 0;
      }
    puts(reply);
    fflush(stdout);
  }
  kill(slots[0].pid, SIGKILL);
  waitpid(slots[0].pid, NULL, 0);
  if (*group) remove_group(group);
  return told;
}
