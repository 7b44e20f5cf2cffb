/**
 * The thread beside a running component: stops the process when a check has taken too much processor time or memory, and
 * says in which call. The component's own thread cannot, for it hangs.
 */
import { writeSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { type Desk, secondsUsed } from "./desk.ts";
import type { Message } from "./protocol.ts";

const { desk, methods, seconds, megabytes } = workerData as {
  desk: Desk;
  methods: readonly string[];
  seconds: number;
  megabytes: number;
};

/** Node itself, with the lab's simulator. */
const OWN_MEGABYTES = 64;
const EVERY_MS = 20;

function stop(why: "time" | "memory"): void {
  const method = methods[Atomics.load(desk.doing, 0)];
  const call = Atomics.load(desk.doing, 1);
  const message: Message = { kind: "stopped", why, doing: { method, call } };
  writeSync(3, `${JSON.stringify(message)}\n`);
  process.kill(process.pid, "SIGKILL");
}

setInterval(() => {
  const [began = 0] = desk.began;
  if (began === 0) return;
  if (secondsUsed() - began > seconds) stop("time");
  if (process.memoryUsage.rss() > (megabytes + OWN_MEGABYTES) * 2 ** 20) stop("memory");
}, EVERY_MS);
