/** A kernel of the default kind that is started before anybody asks, so that the first notebook need not wait. */
import { KernelProcess } from "../../kernel/launch.ts";
import type { KernelSpec } from "../../kernel/specs.ts";
import { endProcess } from "./served.ts";

/** Tells a kernel that it waits for its first cell: it may load now what that cell will need. */
const WARM = { RINGLAB_WARM: "1" };

export class Spare {
  readonly #spec: KernelSpec;
  readonly #cwd: string;
  #process: Promise<KernelProcess | undefined> | undefined;
  #started: KernelProcess | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(spec: KernelSpec, cwd: string) {
    this.#spec = spec;
    this.#cwd = cwd;
  }

  /** Starts one, `delay` ms from now, unless there is one. A spare that cannot start is not missed: see take(). */
  prepare(delay = 0): void {
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#process ??= this.#start().catch(() => undefined);
    }, delay);
    this.#timer.unref();
  }

  async #start(): Promise<KernelProcess> {
    this.#started = await KernelProcess.start(this.#spec, { cwd: this.#cwd, env: WARM });
    return this.#started;
  }

  /** The spare, if it is of this kind, in this folder and alive. It is the caller's from now on. */
  async take(spec: KernelSpec, cwd: string): Promise<KernelProcess | undefined> {
    if (spec.name !== this.#spec.name || cwd !== this.#cwd) return undefined;
    const process = this.#process;
    this.#process = undefined;
    const kernel = await process;
    this.#started = undefined;
    return kernel?.exit ? undefined : kernel;
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    const kernel = await this.#process;
    this.#process = undefined;
    if (kernel) await endProcess(kernel);
  }

  /** Without asking and without waiting. */
  kill(): void {
    this.#started?.process.kill("SIGKILL");
  }
}
