/**
 * Linux namespaces by bubblewrap, limits by prlimit, system calls by seccomp.ts.
 *
 *   prlimit ─exec─▶ bwrap ── pid 1 of its own pid namespace ── Node (uid 65534, no capabilities)
 *                     │             └ the namespace dies with it
 *                     └ tells on a pipe of its own: pid 1's id, and Node's exit code if Node was ever started
 *
 * Node sees itself, its shared libraries, /job, /dev/null and /dev/urandom, all of them read-only: no /proc, no /tmp, nothing
 * that can be written, and so nothing that can be filled or loaded as machine code.
 */
import type { ChildProcess } from "node:child_process";
import type { Availability, Job, Running, Sandbox } from "./contract.ts";
import { exitOf } from "./ending.ts";
import { launch } from "./launch.ts";
import { nodeFiles, nodeFlags } from "./node.ts";
import { prlimits } from "./prlimit.ts";
import { findProcess, isAlive, kill, type Process, signal, until } from "./processes.ts";
import { findProgram } from "./programs.ts";
import { seccompFilter } from "./seccomp.ts";
import { trial } from "./trial.ts";

const INSTALL = "apt install bubblewrap";
const NOBODY = "65534";
const FILTER_FD = 5;
const STATUS_FD = 6;

const bubblewrap: Sandbox = {
  name: "bubblewrap",
  probe: () => (available ??= probe()),
  start,
};
export default bubblewrap;

let available: Promise<Availability> | undefined;

async function probe(): Promise<Availability> {
  const missing = (why: string): Availability => ({ works: false, why, install: INSTALL });
  if (process.platform !== "linux") return missing("bubblewrap needs Linux");
  if (!findProgram("bwrap")) return missing("the program bwrap is not installed");
  if (!findProgram("prlimit")) {
    return { works: false, why: "the program prlimit is not installed", install: "apt install util-linux" };
  }
  if (!seccompFilter()) return missing(`its system call filter knows x64 and arm64, not ${process.arch}`);
  const why = await trial(bubblewrap, { network: true, files: true });
  return why ? missing(why) : { works: true };
}

function start(job: Job): Running {
  const [prlimit, bwrap] = [findProgram("prlimit"), findProgram("bwrap")];
  const filter = seccompFilter();
  if (!prlimit || !bwrap || !filter) throw new Error("bubblewrap does not work here; ask probe() first");

  let init: Process | undefined;
  let exitCode: number | undefined;
  let doomed = false;
  const learn = (line: string) => {
    const status: Record<string, unknown> = JSON.parse(line);
    if (typeof status["child-pid"] === "number") {
      init = findProcess(status["child-pid"]);
      if (doomed) kill(init);
    }
    if (typeof status["exit-code"] === "number") exitCode = status["exit-code"];
  };

  return launch(job, {
    command: prlimit,
    args: [
      ...prlimits(job.limits),
      bwrap,
      ...confinement(job),
      process.execPath,
      ...nodeFlags(job.limits),
      job.entry,
    ],
    input: 3,
    output: 4,
    noise: [1, 2],
    pipes: {
      [FILTER_FD]: (pipe) => void pipe.end(filter),
      [STATUS_FD]: (pipe) => {
        let text = "";
        pipe.setEncoding("utf8").on("data", (chunk: string) => {
          const lines = (text + chunk).split("\n");
          text = lines.pop()!;
          lines.forEach(learn);
        });
      },
    },
    kill(child: ChildProcess) {
      // bwrap waits for pid 1, and the kernel lets nobody of the namespace outlive that: after it nothing is left. Before
      // bwrap has told its id, it alone could be ended, which leaves a pid 1 that nobody knows.
      doomed = true;
      kill(init);
      setTimeout(
        () => child.exitCode === null && child.signalCode === null && signal(-child.pid!),
        2000,
      ).unref();
    },
    async sweep() {
      kill(init);
      await until(() => !init || !isAlive(init));
    },
    verdict({ code, signal }) {
      if (exitCode === undefined) {
        return `bwrap ${signal ? `was ended by ${signal}` : `ended with exit code ${code}`} before it started Node`;
      }
      return exitOf(exitCode);
    },
  });
}

function confinement({ folder }: Job): string[] {
  const options = [
    "--unshare-user --unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup-try",
    `--uid ${NOBODY} --gid ${NOBODY} --hostname sandbox --cap-drop ALL --clearenv --die-with-parent --new-session`,
    `--seccomp ${FILTER_FD} --json-status-fd ${STATUS_FD}`,
    "--dev-bind /dev/null /dev/null --dev-bind /dev/urandom /dev/urandom",
  ];
  return [
    ...options.flatMap((line) => line.split(" ")),
    ...nodeFiles().flatMap((file) => ["--ro-bind", file, file]),
    ...["--ro-bind", folder, "/job", "--remount-ro", "/", "--chdir", "/job"],
  ];
}
