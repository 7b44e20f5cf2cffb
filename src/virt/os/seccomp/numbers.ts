/** The numbers of system calls on x86-64, asm/unistd_64.h, and of errors, errno(3): what a filter and its answer are made of. */
export const SYSTEM_CALLS: Record<string, number> = {
  getpid: 39,
  kill: 62,
  chdir: 80,
  rename: 82,
  mkdir: 83,
  rmdir: 84,
  link: 86,
  unlink: 87,
  symlink: 88,
  chmod: 90,
  lchown: 94,
  umask: 95,
  getuid: 102,
  getgid: 104,
  setuid: 105,
  setgid: 106,
  geteuid: 107,
  getegid: 108,
  getppid: 110,
  setgroups: 116,
  pivot_root: 155,
  chroot: 161,
  mount: 165,
  umount2: 166,
  sethostname: 170,
  unshare: 272,
  setns: 308,
};

const ERRORS: Record<number, string> = {
  1: "EPERM",
  2: "ENOENT",
  3: "ESRCH",
  5: "EIO",
  11: "EAGAIN",
  12: "ENOMEM",
  13: "EACCES",
  22: "EINVAL",
  38: "ENOSYS",
};
/** "E4095" for one without a name. */
export const errorName = (number: number): string => ERRORS[number] ?? `E${number}`;
