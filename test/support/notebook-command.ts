/** `ringlab notebook` as a process of its own, as it is installed (so: built). */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const COMMAND = resolve(import.meta.dirname, "../../bin/ringlab.js");

export class NotebookCommand {
  readonly process: ChildProcess;
  output = "";
  readonly exited: Promise<number | NodeJS.Signals | null>;

  constructor(args: string[], env: NodeJS.ProcessEnv = {}) {
    this.process = spawn(process.execPath, [COMMAND, "notebook", "--no-open", ...args], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.process.stdout, this.process.stderr])
      stream?.on("data", (text) => {
        this.output += text;
      });
    this.exited = new Promise((done) => this.process.once("exit", (code, signal) => done(signal ?? code)));
  }

  /** The printed address with the token. Throws what was printed instead. */
  async url(): Promise<URL> {
    for (;;) {
      const url = /http:\/\/localhost:\d+\/\S+\?token=\w+/.exec(this.output)?.[0];
      if (url) return new URL(url);
      const ended = await Promise.race([this.exited, new Promise((done) => setTimeout(done, 10, "wait"))]);
      if (ended !== "wait") throw new Error(this.output);
    }
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const url = await this.url();
    const headers = { authorization: `token ${url.searchParams.get("token")}` };
    return fetch(url.origin + path, { ...init, headers });
  }
}

/** A folder to serve and a configuration of its own, gone after the test. */
export function temporaryFolders() {
  const folder = mkdtempSync(join(tmpdir(), "ringlab-command-"));
  const served = join(folder, "served");
  mkdirSync(served);
  return {
    served,
    env: { XDG_CONFIG_HOME: join(folder, "config") },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
