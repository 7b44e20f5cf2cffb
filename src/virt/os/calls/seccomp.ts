/** Giving oneself filters of system calls: seccomp(2), SECCOMP_SET_MODE_FILTER. */
import { refuse } from "../errno.ts";
import { capable } from "../namespaces/user.ts";
import { type BpfInstruction, MOST_INSTRUCTIONS as MOST_OF_ONE, validate } from "../seccomp/bpf.ts";
import { DATA_BYTES } from "../seccomp/filter.ts";
import type { Task } from "../task.ts";

/** All instructions of all filters of a process, with four more for each. */
const MOST_INSTRUCTIONS = 32_768;

/** Another filter, before those that are there; it stays, and children and new programs have it too. */
export function attach(task: Task, program: readonly BpfInstruction[]): void {
  const who = task.credentials;
  if (program.length === 0 || program.length > MOST_OF_ONE) refuse("EINVAL");
  // Else one could make a set-user-ID program believe that its calls succeed.
  if (!task.noNewPrivileges && !capable(who, who.userNamespace, "SYS_ADMIN")) refuse("EACCES");
  validate(program, DATA_BYTES);
  const others = task.filters.reduce((sum, filter) => sum + filter.program.length + 4, 0);
  if (others + program.length > MOST_INSTRUCTIONS) refuse("ENOMEM");
  task.filters = [{ program }, ...task.filters];
}
