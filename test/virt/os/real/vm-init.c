/*
 * PID 1 of the machine of record-in-vm.ts: gives every group the controllers, runs the stepper on each case of /cases, and
 * switches the machine off. Lines of answers begin with "@ " on the serial port, cases with "@#".
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static FILE *serial;
static void must(long result, const char *what) {
  if (result >= 0) return;
  if (serial) fprintf(serial, "@! %s: %m\n", what);
  sync();
  reboot(RB_POWER_OFF);
}
static void copy(const char *from, const char *to) {
  char block[65536];
  int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT, 0755);
  for (ssize_t n; (n = read(in, block, sizeof block)) > 0;) must(write(out, block, n), to);
  close(in);
  close(out);
}
/* A module of the kernel is there if it was put into the image. */
static void module(const char *path) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  must(syscall(SYS_finit_module, file, "rd_nr=1 rd_size=65536", 0), path);
  close(file);
}
static void run(const char *lines) {
  int in[2], out[2];
  char answer[4200];
  must(pipe2(in, O_CLOEXEC) | pipe2(out, O_CLOEXEC), "pipe");
  if (fork() == 0) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    dup2(out[1], 2);
    execl("/stepper", "stepper", "/world", NULL);
    _exit(9);
  }
  close(in[0]);
  close(out[1]);
  if (fork() == 0) { must(write(in[1], lines, strlen(lines)), "lines"); _exit(0); }
  close(in[1]);
  FILE *answers = fdopen(out[0], "r");
  while (fgets(answer, sizeof answer, answers)) fprintf(serial, "@ %s", answer);
  fclose(answers);
  while (wait(NULL) > 0);
}

int main(void) {
  mkdir("/dev", 0755);
  must(mount("dev", "/dev", "devtmpfs", 0, NULL), "/dev");
  serial = fopen("/dev/ttyS0", "we");
  setlinebuf(serial);
  char name[32];
  for (int i = 0; i < 20; i++) snprintf(name, sizeof name, "/modules/%02d.ko", i), module(name);
  /* pivot_root(2) takes no part of the first root file system. */
  mkdir("/new", 0755);
  must(mount("new", "/new", "tmpfs", 0, "size=32m"), "/new");
  copy("/stepper", "/new/stepper");
  copy("/cases", "/new/cases");
  must(chdir("/new"), "/new");
  must(mount(".", "/", NULL, MS_MOVE, NULL), "move");
  must(chroot("."), "chroot");
  mkdir("/proc", 0755);
  mkdir("/cgroup", 0755);
  mkdir("/world", 0755);
  mkdir("/dev", 0755);
  must(mount("dev", "/dev", "devtmpfs", 0, NULL), "/dev");
  must(mount("proc", "/proc", "proc", 0, NULL), "/proc");
  must(mount("cgroup2", "/cgroup", "cgroup2", 0, OPTIONS), "/cgroup");
  int control = open("/cgroup/cgroup.subtree_control", O_WRONLY);
  must(write(control, CONTROLLERS, strlen(CONTROLLERS)), "controllers");
  close(control);
  static char text[1 << 20], line[4096];
  FILE *cases = fopen("/cases", "re");
  int any = 0;
  while (fgets(line, sizeof line, cases))
    if (line[0] != '#') { strcat(text, line); any = 1; }
    else { if (any) run(text); *text = 0; any = 0; fprintf(serial, "@#\n"); }
  if (any) run(text);
  fprintf(serial, "@.\n");
  fflush(serial);
  sleep(1);
  reboot(RB_POWER_OFF);
}
