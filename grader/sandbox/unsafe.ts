/**
 * No sandbox: a child process with the limits that need no privileges. It can read, change and send away whatever the grader
 * can, and escape its end. Only for code that one trusts, and only when asked for.
 */
import { join } from "node:path";
import type { Job, Running, Sandbox } from "./contract.ts";
import { launch } from "./launch.ts";
import { dataLimit, nodeFlags } from "./node.ts";
import { groupIsEmpty, signal, until } from "./processes.ts";

const unsafe: Sandbox = { name: "unsafe", probe: async () => ({ works: true }), start };
export default unsafe;

function start(job: Job): Running {
  const { folder, entry, limits } = job;
  const seconds = Math.ceil(limits.cpuSeconds);
  // The words after the script are its $0, $1 and so on: nothing of them is read as shell.
  const ulimits = [
    "ulimit -c 0",
    "ulimit -S -t $0",
    "ulimit -H -t $(($0 + 1))",
    // Elsewhere than on Linux the kernel does not count mapped memory here.
    ...(process.platform === "linux" ? [`ulimit -d ${Math.ceil(dataLimit(limits) / 1024)}`] : []),
  ];
  return launch(job, {
    command: "/bin/sh",
    args: [
      ...["-c", [...ulimits, 'exec "$@"'].join(" && "), `${seconds}`],
      ...[process.execPath, ...nodeFlags(limits), join(folder, entry)],
    ],
    cwd: folder,
    input: 3,
    output: 4,
    noise: [1, 2],
    kill: (child) => signal(-child.pid!),
    async sweep({ pid }) {
      if (!pid) return;
      signal(-pid);
      await until(() => groupIsEmpty(pid));
    },
    verdict: (exit) => exit,
  });
}
