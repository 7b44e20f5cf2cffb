/** The real kernel as an oracle: stepper.c, built once, run in namespaces of its own. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class RealKernel {
  private readonly directory = mkdtempSync(join(tmpdir(), "ringlab-os-"));
  private readonly program = join(this.directory, "stepper");
  private readonly world = join(this.directory, "world");

  constructor() {
    mkdirSync(this.world);
    execFileSync("gcc", ["-O1", "-static", "-o", this.program, join(import.meta.dirname, "stepper.c")]);
  }
  /** One answer for each line. */
  perform(lines: readonly string[]): string[] {
    // Long: this machine may have other work to do.
    const options = { input: `${lines.join("\n")}\n`, encoding: "utf8", timeout: 60_000 } as const;
    const { stdout, stderr, status, error } = spawnSync(this.program, [this.world], options);
    if (error) throw error;
    if (status !== 0) throw new Error(`stepper: ${stderr}`);
    return stdout.trimEnd().split("\n");
  }
  /** Whether it gives a control group of its own to a world, and if so, whether a cgroup namespace is a border (nsdelegate). */
  get groups(): "none" | "plain" | "delegated" {
    const lines = ["mkdir /c 755", "mount cgroup2 /c cgroup2 none -", "overwrite /c/cgroup.max.depth max"];
    const [, mounted, written] = this.perform(lines.map((line) => `init: ${line}`));
    return mounted !== "ok" ? "none" : written === "EPERM" ? "delegated" : "plain";
  }
  close(): void {
    rmSync(this.directory, { recursive: true });
  }
}

/** By trying: it takes root, a compiler and a kernel that gives namespaces. */
export function realKernel(): RealKernel | undefined {
  let kernel: RealKernel | undefined;
  try {
    kernel = new RealKernel();
    if (kernel.perform(["init: getpid"])[0] === "ok 1") return kernel;
  } catch {
    // Not root, no gcc, or no namespaces: the recording is what is left.
  }
  kernel?.close();
  return undefined;
}
