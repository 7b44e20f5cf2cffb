/** A kernel of the default kind that is started before anybody asks, so that the first notebook need not wait. */
import type { KernelProcess } from "../../kernel/launch.ts";
import type { KernelSpec } from "../../kernel/specs.ts";
import type { Processes } from "./processes.ts";
import { endProcess } from "./served.ts";

export class Spare {
  readonly #spec: KernelSpec;
  readonly #cwd: string;
  readonly #processes: Processes;
  #process: Promise<KernelProcess | undefined> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(spec: KernelSpec, cwd: string, processes: Processes) {
    this.#spec = spec;
    this.#cwd = cwd;
    this.#processes = processes;
  }

  /** Starts one, `delay` ms from now, unless there is one. A spare that cannot start is not missed: see take(). */
  prepare(delay = 0): void {
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#process ??= this.#processes.start(this.#spec, { cwd: this.#cwd }).catch(() => undefined);
    }, delay);
    this.#timer.unref();
  }

  /** The spare, if it is of this kind, in this folder and alive. It is the caller's from now on. */
  async take(spec: KernelSpec, cwd: string): Promise<KernelProcess | undefined> {
    if (spec.name !== this.#spec.name || cwd !== this.#cwd) return undefined;
    const process = this.#process;
    this.#process = undefined;
    const kernel = await process;
    return kernel?.exit ? undefined : kernel;
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    const kernel = await this.#process;
    this.#process = undefined;
    if (kernel) await endProcess(kernel);
  }
}
