/** An operation of the text form, and the words that several of them have in common. */
import type { Kind } from "../calls/namespaces.ts";
import { refuse } from "../errno.ts";
import type { Task } from "../task.ts";

/** Where operations find the other processes. */
export interface Named {
  task(name: string): Task;
}
/** And when the clock was marked, in microseconds of the kernel's. */
export interface Marked {
  marked: number;
}
export type Operation = (task: Task, args: readonly string[], named: Named) => unknown;

export const octal = (text: string): number => Number.parseInt(text, 8);
export const flags = (text: string): string[] => (text === "none" ? [] : text.split(/[,|]/));
export const quoted = (text: string): string => `"${text}"`;
export const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
export const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
export const yes = (truth: boolean): string => (truth ? "yes" : "no");

const FLAG_KINDS: Record<string, Kind> = {
  NEWNS: "mnt",
  NEWUTS: "uts",
  NEWIPC: "ipc",
  NEWPID: "pid",
  NEWNET: "net",
  NEWUSER: "user",
  NEWCGROUP: "cgroup",
  NEWTIME: "time",
};
export const kinds = (text: string): Kind[] =>
  flags(text).map((flag) => FLAG_KINDS[flag] ?? refuse("EINVAL"));
