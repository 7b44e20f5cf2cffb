/** Every kernel process of this server, so that none outlives it. */
import { KernelProcess } from "../../kernel/launch.ts";
import type { KernelSpec } from "../../kernel/specs.ts";

export class Processes {
  readonly #running = new Set<KernelProcess>();

  /** Throws when the program cannot be started. */
  async start(spec: KernelSpec, options: { cwd: string; env?: NodeJS.ProcessEnv }): Promise<KernelProcess> {
    const kernel = await KernelProcess.start(spec, options);
    this.#running.add(kernel);
    void kernel.exited.then(() => this.#running.delete(kernel));
    return kernel;
  }

  /** Ends them all at once, without asking and without waiting. */
  kill(): void {
    for (const kernel of this.#running) kernel.killNow();
  }
}
