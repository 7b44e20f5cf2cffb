/** A system call on the way to a container: what its refusal means to who wrote the config. */
import { DocumentError } from "../document.ts";
import { attempt, type Errno } from "../errno.ts";

export interface Step {
  <T>(what: string, call: () => T): T;
  /** Of the container. */
  readonly id: string;
}

const REMEDIES: Partial<Record<Errno, string>> = {
  EPERM: "Leave it out, or let a user with the right to do so make the container.",
  EACCES: "Let a user with the right to do so make the container.",
  ENOENT: "Name what is there.",
  ENOTDIR: "Name a directory.",
  ELOOP: "The symbolic links there go round in circles: don't use this image unless you know who made it.",
  ENOSPC: "Make the file system larger, or nest fewer namespaces.",
  EROFS: "Name a place that can be written to.",
  EEXIST: "Something of the image is in its way, perhaps a symbolic link that leads nowhere.",
  EINVAL: "Correct it.",
  ENODEV: "This kernel has no such file system: take one that it has (tmpfs, overlay, cgroup2, bind).",
};

export function stepper(id: string): Step {
  const step = <T>(what: string, call: () => T): T => {
    const answer = attempt(call);
    if ("value" in answer) return answer.value;
    throw new DocumentError(id, `${what}: ${answer.errno}`, REMEDIES[answer.errno] ?? "Change the config.");
  };
  return Object.assign(step, { id });
}
