/** A notebook server on a folder of its own, without the page unless a test brings it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_SPEC, type KernelSpec } from "../../src/kernel/specs.ts";
import { type NotebookServer, startServer } from "../../src/server/server.ts";

const require = createRequire(import.meta.url);

/** Stock tslab: a kernel that interrupts by signal and that is not ours. */
export const TSLAB: KernelSpec = {
  name: "stock-tslab",
  argv: [
    process.execPath,
    require.resolve("tslab/bin/tslab"),
    "kernel",
    "--config-path",
    "{connection_file}",
  ],
  display_name: "tslab",
  language: "typescript",
  interrupt_mode: "signal",
  env: {},
  metadata: {},
};

/** The least that a server needs of a built page. */
function emptyFrontend(folder: string): string {
  const frontend = join(folder, "frontend-test");
  mkdirSync(join(frontend, "static"), { recursive: true });
  mkdirSync(join(frontend, "themes"));
  writeFileSync(join(frontend, "static/main.js"), "export {};");
  const schema = {
    title: "Theme",
    type: "object",
    properties: { theme: { type: "string", default: "light" } },
  };
  writeFileSync(
    join(frontend, "schemas.json"),
    JSON.stringify({ "@test/plugin:themes": { schema, version: "1.0.0" } }),
  );
  return frontend;
}

export class TestServer {
  readonly server: NotebookServer;
  /** The served folder. */
  readonly root: string;
  /** A folder beside it, outside of what is served. */
  readonly outside: string;
  readonly log: string[];
  readonly #folder: string;

  static async start(
    options: { frontend?: string; spare?: boolean; specs?: [KernelSpec, ...KernelSpec[]] } = {},
  ) {
    const folder = mkdtempSync(join(tmpdir(), "ringlab-server-"));
    const [root, outside] = [join(folder, "root"), join(folder, "outside")];
    mkdirSync(root);
    mkdirSync(outside);
    const log: string[] = [];
    const server = await startServer({
      root,
      frontend: options.frontend ?? emptyFrontend(folder),
      port: 0,
      specs: options.specs ?? [DEFAULT_SPEC],
      version: "0.0.0",
      config: join(folder, "config"),
      spare: options.spare ?? false,
      log: (line) => log.push(line),
    });
    return new TestServer(server, folder, log);
  }

  private constructor(server: NotebookServer, folder: string, log: string[]) {
    this.server = server;
    this.#folder = folder;
    this.root = join(folder, "root");
    this.outside = join(folder, "outside");
    this.log = log;
  }

  get origin(): string {
    return `http://localhost:${this.server.port}`;
  }

  /** A request with the token. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `token ${this.server.token}`, ...init.headers };
    return fetch(this.origin + path, { redirect: "manual", ...init, headers });
  }

  /** Status and body of a request with the token; `body` is sent as JSON. */
  async json(method: string, path: string, body?: unknown) {
    const response = await this.fetch(path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    // biome-ignore lint/suspicious/noExplicitAny: a test looks at answers of every shape
    return { status: response.status, body: (text ? JSON.parse(text) : undefined) as any };
  }

  write(path: string, content: string | Buffer): void {
    writeFileSync(join(this.root, path), content);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A notebook of code cells. */
export function notebookOf(sources: string[], kernel: KernelSpec = DEFAULT_SPEC): object {
  return {
    cells: sources.map((source, index) => ({
      cell_type: "code",
      id: `cell-${index}`,
      metadata: {},
      execution_count: null,
      outputs: [] as object[],
      source,
    })),
    metadata: {
      kernelspec: { name: kernel.name, display_name: kernel.display_name, language: kernel.language },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
}
