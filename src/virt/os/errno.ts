/**
 * What a system call refuses with: the kernel's own words (errno(3)). Inside the room a refusal is thrown, so that a call reads as its
 * conditions in order; at the door, `attempt`, it becomes a value.
 */
export const ERRNOS = [
  "E2BIG",
  "EACCES",
  "EADDRINUSE",
  "EAGAIN",
  "EBADF",
  "EBUSY",
  "ECHILD",
  "ECONNREFUSED",
  "EDEADLK",
  "EEXIST",
  "EFAULT",
  "EFBIG",
  "EINVAL",
  "EIO",
  "EISDIR",
  "ELOOP",
  "EMFILE",
  "EMLINK",
  "ENAMETOOLONG",
  "ENODATA",
  "ENODEV",
  "ENOENT",
  "ENOEXEC",
  "ENOMEM",
  "ENOMSG",
  "ENOSPC",
  "ENOSYS",
  "ENOTDIR",
  "ENOTEMPTY",
  "ENOTSUP",
  "ENXIO",
  "EOPNOTSUPP",
  "EOVERFLOW",
  "EPERM",
  "ERANGE",
  "EROFS",
  "ESRCH",
  "ESTALE",
  "EUSERS",
  "EXDEV",
] as const;
export type Errno = (typeof ERRNOS)[number];

class Refusal extends Error {
  readonly errno: Errno;
  constructor(errno: Errno) {
    super(errno);
    this.errno = errno;
  }
}

export function refuse(errno: Errno): never {
  throw new Refusal(errno);
}

export type Answer<T> = { readonly value: T } | { readonly errno: Errno };

/** A system call as its caller sees it. Whatever is not a refusal is a broken invariant of the model and goes on. */
export function attempt<T>(call: () => T): Answer<T> {
  try {
    return { value: call() };
  } catch (error) {
    if (error instanceof Refusal) return { errno: error.errno };
    throw error;
  }
}
