/**
 * For a throw-away container that holds one submission already (Gradescope's), where no namespaces can be made but the grader is
 * root: Node runs as a user of its own, who owns nothing, with limits by prlimit and without an environment.
 *
 * The grader's files are out of reach by their permissions alone: what must stay secret must not be readable by all. Not
 * protected: the network, and the command lines of other processes.
 */
import { execFile } from "node:child_process";
import { chmodSync, lstatSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Availability, Job, Running, Sandbox } from "./contract.ts";
import { launch, stillborn } from "./launch.ts";
import { nodeFlags } from "./node.ts";
import { prlimits } from "./prlimit.ts";
import { runningProcesses, signal, until } from "./processes.ts";
import { findProgram } from "./programs.ts";
import { type Stage, stage } from "./stage.ts";
import { trial } from "./trial.ts";

/** Above what distributions give to people and services, below the 65,536 that containers often have. */
const FIRST = 40_000;
const COUNT = 20_000;
/** Node starts with about ten threads, which count as processes. */
const PROCESSES = 32;
/** Where everybody may leave files. */
const PUBLIC = ["/tmp", "/var/tmp", "/dev/shm"];

const user: Sandbox = { name: "user", probe: () => (available ??= probe()), start };
export default user;

let available: Promise<Availability> | undefined;

async function probe(): Promise<Availability> {
  const install = "run the grader as root, in a container of its own";
  if (process.platform !== "linux") return { works: false, why: "it needs Linux", install };
  if (process.getuid!() !== 0) return { works: false, why: "only root can become another user", install };
  const missing = ["setpriv", "prlimit"].find((name) => !findProgram(name));
  if (missing) {
    return {
      works: false,
      why: `the program ${missing} is not installed`,
      install: "apt install util-linux",
    };
  }
  const why = await trial(user, { network: false, files: true });
  return why ? { works: false, why, install } : { works: true };
}

/** Users of sandboxes that have not ended. */
const taken = new Set<number>();

/** A user whom no account and no process has. */
function unusedUser(): number {
  const accounts = readFileSync("/etc/passwd", "utf8").split("\n");
  const used = new Set([...taken, ...accounts.map((line) => Number(line.split(":")[2]))]);
  for (const { user } of runningProcesses()) used.add(user);
  for (let i = 0; i < COUNT; i++) {
    // Graders that run at the same time begin at different places.
    const candidate = FIRST + ((process.pid * 61 + i) % COUNT);
    if (!used.has(candidate)) return candidate;
  }
  throw new Error("no user is unused");
}

function start(job: Job): Running {
  const [prlimit, setpriv] = [findProgram("prlimit"), findProgram("setpriv")];
  if (!prlimit || !setpriv) throw new Error("this sandbox does not work here; ask probe() first");
  let staged: Stage;
  let uid: number;
  try {
    uid = unusedUser();
    staged = stage(job.folder);
  } catch (error) {
    return stillborn((error as Error).message);
  }
  taken.add(uid);
  // Anyone may pass; only who knows the name gets in, and only the copy is there.
  chmodSync(staged.around, 0o711);
  const identity = [`--reuid=${uid}`, `--regid=${uid}`, "--clear-groups", "--no-new-privs"];

  /** kill(2) with -1: all of a user's processes at once, so that none can start another meanwhile. */
  const killAll = () => {
    execFile(setpriv, [...identity, "/bin/sh", "-c", "kill -s KILL -- -1"], { env: {} }, () => {});
  };
  const isGone = () => !runningProcesses().some((one) => one.user === uid);

  let swept: Promise<void> | undefined;
  const sweep = async () => {
    await until(() => {
      if (isGone()) return true;
      killAll();
      return false;
    });
    for (const folder of PUBLIC) removeFilesOf(uid, folder);
    staged.remove();
    taken.delete(uid);
  };

  return launch(job, {
    command: prlimit,
    args: [
      ...[...prlimits(job.limits), `--nproc=${PROCESSES}`],
      ...[setpriv, ...identity, "--inh-caps=-all", "--bounding-set=-all"],
      ...[process.execPath, ...nodeFlags(job.limits), join(staged.folder, job.entry)],
    ],
    cwd: staged.folder,
    input: 3,
    output: 4,
    noise: [1, 2],
    kill(child) {
      signal(-child.pid!);
      killAll();
    },
    sweep: () => (swept ??= sweep()),
    verdict: (exit) => exit,
  });
}

/** Its processes are gone, so nobody changes these names meanwhile. */
function removeFilesOf(uid: number, folder: string): void {
  try {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (lstatSync(path).uid === uid) rmSync(path, { recursive: true, force: true });
    }
  } catch {
    // Not there, or another process removed its own file between the two calls.
  }
}
