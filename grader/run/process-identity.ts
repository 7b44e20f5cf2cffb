/** Which process something belongs to, so that what a killed one left behind can be told from what a living one needs. */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

export interface ProcessIdentity {
  host: string;
  /** Where process ids are counted apart, as in containers; empty where the system has no such thing. */
  namespace: string;
  pid: number;
  /** When it started, in the system's own ticks: ids are given out again. Empty where that cannot be learned. */
  started: string;
}

export const thisProcess = (): ProcessIdentity => ({
  host: hostname(),
  namespace: quietly(() => readlinkSync("/proc/self/ns/pid")),
  pid: process.pid,
  started: startOf(process.pid),
});

/** Whether it lives; "unknown" when it is of another machine or another container. */
export function lives({ host, namespace, pid, started }: ProcessIdentity): boolean | "unknown" {
  const here = thisProcess();
  if (host !== here.host || namespace !== here.namespace) return "unknown";
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const now = startOf(pid);
  return now === "" || now === started;
}

/** @throws SyntaxError or TypeError on a text that no `JSON.stringify(thisProcess())` is */
export function parseIdentity(text: string): ProcessIdentity {
  const { host, namespace, pid, started } = JSON.parse(text) as Partial<ProcessIdentity>;
  if (!Number.isInteger(pid) || pid! <= 0) throw new TypeError("no process id");
  return { host: `${host}`, namespace: `${namespace}`, pid: pid!, started: `${started}` };
}

/** proc(5): field 22 of stat, counted behind the name, which may hold anything. */
const startOf = (pid: number) =>
  quietly(() => readFileSync(`/proc/${pid}/stat`, "latin1").replace(/.*\)/s, "").split(" ")[20] ?? "");

function quietly(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
