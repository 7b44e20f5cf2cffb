/**
 * Docker or podman, where bubblewrap is not wanted. The image is empty: Node, its libraries, a shell and the job are mounted
 * read-only, so that nothing is downloaded and the container's Node is the grader's own.
 *
 * An engine hands on three descriptors only. The shell's one task is to make fd 3 of the first and fd 4 of the second:
 *
 *     stdin ─▶ 3     4 ─▶ stdout     1, 2 ─▶ stderr
 */
import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { realpathSync } from "node:fs";
import { promisify } from "node:util";
import type { Availability, Job, Running, Sandbox } from "./contract.ts";
import { type Exit, exitOf } from "./ending.ts";
import { launch, stillborn } from "./launch.ts";
import { dataLimit, filesOf, nodeFiles, nodeFlags, OVERHEAD } from "./node.ts";
import { signal } from "./processes.ts";
import { findProgram } from "./programs.ts";
import { type Stage, stage } from "./stage.ts";
import { trial } from "./trial.ts";

type Engine = "docker" | "podman";

const IMAGE = "ringlab-sandbox:empty";
const NOBODY = "65534:65534";
const SHELL = "/bin/sh";
/** An engine adds variables of its own and, by its configuration, proxies with their passwords. */
const TRAMPOLINE =
  "unset PATH HOME HOSTNAME TERM container HTTP_PROXY HTTPS_PROXY FTP_PROXY NO_PROXY ALL_PROXY " +
  'http_proxy https_proxy ftp_proxy no_proxy all_proxy; exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>&2';

const run = promisify(execFile);

export const docker = container("docker", "docker.io", []);
// Mounted system files carry labels that SELinux lets no container read. podman's own default for processes is above what a
// machine may allow.
export const podman = container("podman", "podman", [
  ...["--ulimit", "nproc=4096:4096"],
  ...["--security-opt", "label=disable", "--read-only-tmpfs=false", "--http-proxy=false"],
]);

function container(engine: Engine, debianPackage: string, more: string[]): Sandbox {
  const install = `apt install ${debianPackage}`;
  let available: Promise<Availability> | undefined;
  const sandbox: Sandbox = {
    name: engine,
    probe: () => (available ??= probe()),
    start: (job) => start(engine, more, job),
  };

  async function probe(): Promise<Availability> {
    const missing = (why: string): Availability => ({ works: false, why, install });
    const program = findProgram(engine);
    if (!program) return missing(`the program ${engine} is not installed`);
    try {
      await run(program, ["version"]);
      await provideImage(program);
    } catch (error) {
      return missing(`${engine} does not answer: ${lastLine((error as { stderr?: string }).stderr)}`);
    }
    const why = await trial(sandbox, { network: true, files: true });
    return why ? missing(why) : { works: true };
  }

  return sandbox;
}

const lastLine = (text = "") => text.trim().split("\n").at(-1)?.trim() ?? "";

/** Makes the image from a tar archive of nothing: two blocks of zeros. */
async function provideImage(program: string): Promise<void> {
  const { stdout } = await run(program, ["images", "--quiet", IMAGE]);
  if (stdout.trim()) return;
  const made = run(program, ["import", "-", IMAGE]);
  made.child.stdin!.end(Buffer.alloc(1024));
  await made;
}

function start(engine: Engine, more: string[], job: Job): Running {
  const program = findProgram(engine);
  if (!program) throw new Error(`${engine} does not work here; ask probe() first`);
  let staged: Stage;
  try {
    staged = stage(job.folder);
  } catch (error) {
    return stillborn((error as Error).message);
  }
  const name = `ringlab-${randomUUID()}`;
  let outcome: Exit | string = "the engine lost the container";
  let swept: Promise<void> | undefined;

  /** Asks how it ended, and removes it with all that runs in it. */
  const sweep = async () => {
    try {
      const { stdout } = await run(program, [
        "inspect",
        "--format",
        "{{.State.Status}} {{.State.ExitCode}}",
        name,
      ]);
      const [status, code] = stdout.trim().split(" ");
      outcome = status === "exited" ? exitOf(Number(code)) : `the container is ${status}`;
      await run(program, ["rm", "--force", name]);
    } catch (error) {
      // Without a container there is nothing to remove: it was never made.
      outcome = `${engine} failed: ${lastLine((error as { stderr?: string }).stderr)}`;
    } finally {
      staged.remove();
    }
  };

  return launch(job, {
    command: program,
    args: ["run", ...confinement(job, staged, name), ...more, IMAGE, ...command(job)],
    // The client's, not the container's: where the engine is, and where its settings are.
    environment: process.env as Record<string, string>,
    input: 0,
    output: 1,
    noise: [2],
    kill(child) {
      // Until it is made it cannot be ended, and a client that was ended would leave it behind.
      const again = () => {
        if (child.exitCode !== null || child.signalCode !== null) return clearInterval(timer);
        spawn(program, ["kill", name], { stdio: "ignore" }).on("error", () => {});
      };
      const timer = setInterval(again, 500);
      setTimeout(
        () => child.exitCode === null && child.signalCode === null && signal(-child.pid!),
        20_000,
      ).unref();
      again();
    },
    sweep: () => (swept ??= sweep()),
    verdict: () => outcome,
  });
}

function confinement({ limits }: Job, { folder }: Stage, name: string): string[] {
  const seconds = Math.ceil(limits.cpuSeconds);
  const memory = `${limits.megabytes * 2 ** 20 + OVERHEAD}`;
  const mounts = [
    ...[...nodeFiles(), ...shellFiles()].map((file) => [realpathSync(file), file]),
    [folder, "/job"],
  ];
  const unique = new Map(mounts.map(([source, target]) => [target, source]));
  return [
    ...["--interactive", "--name", name, "--pull", "never", "--log-driver", "none", "--workdir", "/job"],
    ...["--network", "none", "--ipc", "none", "--read-only", "--user", NOBODY, "--hostname", "sandbox"],
    ...["--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
    ...["--pids-limit", "64", "--memory", memory, "--memory-swap", memory],
    ...["--ulimit", `cpu=${seconds}:${seconds + 1}`, "--ulimit", `data=${dataLimit(limits)}`],
    ...["--ulimit", "nofile=64:64", "--ulimit", "fsize=0:0", "--ulimit", "core=0:0"],
    ...[...unique].flatMap(([target, source]) => [
      "--mount",
      `type=bind,source=${source},target=${target},readonly`,
    ]),
  ];
}

const command = ({ limits, entry }: Job) => [
  ...[SHELL, "-c", TRAMPOLINE, process.execPath],
  ...[...nodeFlags(limits), entry],
];

/** dash needs the C library alone, which Node needs too; another shell's libraries are looked up like Node's. */
const shellFiles = () => [SHELL, ...filesOf(realpathSync(SHELL)).slice(1)];
