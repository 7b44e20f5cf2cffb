/** Operations meet the filters of whoever performs them, as the system calls that they are. */
import { end } from "../calls/processes.ts";
import { judge, seccompData } from "../seccomp/filter.ts";
import { errorName, SYSTEM_CALLS } from "../seccomp/numbers.ts";
import type { Task } from "../task.ts";

/** Operations that are one system call each, of the same name. */
const SAME = [
  ...["getpid", "getppid", "getuid", "getgid", "geteuid", "setuid", "setgid", "setgroups", "kill", "umask"],
  ...["chdir", "chroot", "rename", "mkdir", "rmdir", "link", "unlink", "symlink", "chmod"],
  ...["mount", "pivot_root", "sethostname", "unshare", "setns"],
];
/** By the operation. */
const NAMES = new Map([
  ...SAME.map((name) => [name, name] as const),
  ["chown", "lchown"],
  ["umount", "umount2"],
]);
/** Of these the arguments are numbers, and a filter may ask for them; of the others they are addresses. */
const NUMERIC = ["setuid", "setgid", "kill"];

/** What the operation answers instead of being performed, or undefined. */
export function filtered(task: Task, operation: string, args: readonly string[]): string | undefined {
  if (task.filters.length === 0) return undefined;
  const raw = operation === "call";
  const number = raw ? Number(args[0]) : SYSTEM_CALLS.get(NAMES.get(operation) ?? "");
  if (number === undefined) return undefined;
  const numbers = raw ? args.slice(1) : NUMERIC.includes(operation) ? args : [];
  const verdict = judge(
    task.filters,
    seccompData(
      number,
      numbers.map((text) => BigInt.asUintN(64, BigInt(text))),
    ),
  );
  if (verdict.kind === "allow") return undefined;
  if (verdict.kind === "kill") {
    end(task, verdict);
    return "dead";
  }
  if (verdict.number > 0) return errorName(verdict.number);
  // It seems to have gone well: 0, where the answer is a number.
  return raw || operation.startsWith("get") ? "ok 0" : "ok";
}
