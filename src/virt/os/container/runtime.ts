/** The containers of one engine, by their ids: OCI runtime-spec 1.1, runtime.md "Operations". */
import { DocumentError } from "../document.ts";
import type { Task } from "../task.ts";
import { Container, type State } from "./container.ts";
import type { RuntimeConfig } from "./schema.ts";

export class Runtime {
  private readonly containers = new Map<string, Container>();
  private readonly engine: Task;

  constructor(engine: Task) {
    this.engine = engine;
  }

  /** @param bundle the folder that a relative root.path begins in @throws DocumentError, and then nothing is left of it */
  create(id: string, bundle: string, config: RuntimeConfig): Container {
    if (!/^[\w+.-]+$/.test(id) || id === "." || id === "..")
      throw new DocumentError(
        JSON.stringify(id),
        "not the id of a container",
        "Use letters, digits, _, +, . and -.",
      );
    if (this.containers.has(id))
      throw new DocumentError(id, "there is a container of this id", "Delete it, or take another id.");
    const container = new Container(this.engine, id, bundle, config);
    this.containers.set(id, container);
    return container;
  }
  get(id: string): Container {
    const container = this.containers.get(id);
    if (container) return container;
    throw new DocumentError(
      id,
      "no such container",
      `There are: ${[...this.containers.keys()].join(", ") || "none"}.`,
    );
  }
  delete(id: string): void {
    this.get(id).delete();
    this.containers.delete(id);
  }
  list(): State[] {
    return [...this.containers.values()].map(({ state }) => state);
  }
}
