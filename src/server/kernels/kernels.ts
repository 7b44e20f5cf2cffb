/** All kernels of the server, by id. Source: Jupyter Server documentation, "REST API", /api/kernels. */
import { HttpError } from "../http-error.ts";
import type { Kernelspecs } from "./kernelspecs.ts";
import { Processes } from "./processes.ts";
import { ServedKernel } from "./served.ts";
import { Spare } from "./spare.ts";

/** A new spare waits until the notebook that took the last one has loaded, ms. */
const REFILL_DELAY = 4000;

export class Kernels {
  readonly specs: Kernelspecs;
  readonly #log: (line: string) => void;
  readonly #kernels = new Map<string, ServedKernel>();
  readonly #processes = new Processes();
  readonly #spare: Spare;

  /** `root` is the folder for which a spare kernel is kept. */
  constructor(specs: Kernelspecs, root: string, log: (line: string) => void) {
    this.specs = specs;
    this.#log = log;
    this.#spare = new Spare(specs.default, root, this.#processes);
  }

  prepare(): void {
    this.#spare.prepare();
  }

  list(): ServedKernel[] {
    return [...this.#kernels.values()];
  }

  find(id: string): ServedKernel | undefined {
    return this.#kernels.get(id);
  }

  /** Throws HttpError 404. */
  get(id: string): ServedKernel {
    const kernel = this.find(id);
    if (!kernel) throw new HttpError(404, `there is no kernel ${id}: it was shut down`);
    return kernel;
  }

  /** Starts a kernel in a folder. Throws HttpError: 501 for a name that is unknown, 500 when it cannot start. */
  async start(name: string | undefined, cwd: string): Promise<ServedKernel> {
    const spec = this.specs.get(name);
    const kernel = new ServedKernel(spec, cwd, this.#processes, this.#log);
    const spare = await this.#spare.take(spec, cwd);
    if (spare) this.#spare.prepare(REFILL_DELAY);
    try {
      await kernel.start(spare);
    } catch (error) {
      throw new HttpError(
        500,
        `the kernel "${spec.display_name}" cannot be started: ${(error as Error).message}`,
      );
    }
    this.#kernels.set(kernel.id, kernel);
    return kernel;
  }

  async shutdown(id: string): Promise<void> {
    const kernel = this.get(id);
    this.#kernels.delete(id);
    await kernel.shutdown();
  }

  async stop(): Promise<void> {
    const ids = [...this.#kernels.keys()];
    await Promise.all([this.#spare.stop(), ...ids.map((id) => this.shutdown(id))]);
  }

  /** At once: see Processes. */
  kill(): void {
    this.#processes.kill();
  }
}
