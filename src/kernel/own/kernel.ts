/**
 * Our own kernel: the protocol's requests, each to whom it belongs.
 *
 *     kernel process ─── this thread: sockets, heartbeat; always free to answer
 *          │        └─── runner thread: the student's code (runner/)
 *          └──────────── checker process: TypeScript (checker/), awake from a snapshot in 0.2 s
 *
 * Source: Jupyter client documentation, "Messaging in Jupyter".
 */
import type { Connection } from "../connection.ts";
import { version } from "../package.ts";
import { type Content, type Header, PROTOCOL_VERSION } from "../wire.ts";
import { CheckerClient } from "./checker/client.ts";
import { evaluateExpression, executeCell, internalError } from "./execute.ts";
import { RunnerHost } from "./runner/host.ts";
import type { Outcome } from "./runner/messages.ts";
import { type Request, Sockets } from "./sockets.ts";
import { toPoints, toUnits } from "./text.ts";

const INFO: Content = {
  status: "ok",
  protocol_version: PROTOCOL_VERSION,
  implementation: "ringlab",
  implementation_version: version,
  language_info: {
    name: "typescript",
    version: "6.0.3",
    mimetype: "text/typescript",
    file_extension: ".ts",
    codemirror_mode: { mode: "typescript", name: "javascript", typescript: true },
    pygments_lexer: "typescript",
    nbconvert_exporter: "script",
  },
  banner: `Ringlab ${version}: TypeScript 6.0 on Node ${process.versions.node}`,
  help_links: [{ text: "TypeScript", url: "https://www.typescriptlang.org/docs/" }],
};

const WARM_CELL = "for (const x of [1, 2]) await Promise.resolve(x);\n[1, 2].map((x) => x + 1)";

export class Kernel {
  readonly #sockets: Sockets;
  readonly #checker: CheckerClient;
  readonly #runner: RunnerHost;
  /** Waiting execute requests, in order. */
  #queue: Request[] = [];
  #executing: Request | undefined;
  /** Where output goes: to the cell that runs or ran last. */
  #parent: Partial<Header> = {};
  #count = 0;
  #warming: Promise<unknown> | undefined;
  #answer: ((value: string | null) => void) | undefined;
  readonly #history: [session: number, line: number, input: string][] = [];

  constructor(connection: Connection, cwd: string) {
    this.#checker = new CheckerClient(cwd);
    this.#sockets = new Sockets(connection);
    this.#runner = new RunnerHost(cwd, {
      stream: (name, text) => this.#sockets.publish("stream", this.#parent, { name, text }),
      display: ({ data, metadata, id, update }) => {
        const transient = id === undefined ? {} : { display_id: id };
        const type = update ? "update_display_data" : "display_data";
        void this.#sockets.publish(type, this.#parent, { data, metadata, transient });
      },
      locate: async (specifier, from) => {
        const { target, modules } = await this.#checker.locate(specifier, from);
        return target === undefined ? { modules } : { target, modules };
      },
      ask: (message) => this.#ask(message),
      died: (why) => {
        void this.#checker.reset();
        void this.#sockets.publish("stream", this.#parent, { name: "stderr", text: `${why}\n` });
      },
    });
  }

  /** Sends one cell all the way through, so that the student's first finds every path warm. It declares nothing. */
  warm(): void {
    this.#warming = executeCell(WARM_CELL, "Warm", this.#checker, this.#runner).catch(() => {});
  }

  listen(): Promise<void> {
    return this.#sockets.listen((request) => void this.#receive(request));
  }

  async #receive(request: Request): Promise<void> {
    const { content, header } = request;
    const type = header.msg_type;
    if (type === "input_reply") return this.#input(String(content.value ?? ""));
    if (type === "execute_request") {
      this.#queue.push(request);
      return this.#work();
    }
    const end = this.#busy(header);
    const answer = type.replace(/_request$/, "_reply");
    try {
      const reply = await this.#handle(type, content, request);
      if (reply) await this.#sockets.reply(request, answer, reply);
    } catch (error) {
      await this.#sockets.reply(request, answer, { status: "error", ...internalError(error) });
    } finally {
      end();
    }
    if (type === "shutdown_request") await this.close();
  }

  /** Announces "busy"; the returned function announces "idle". */
  #busy(parent: Header): () => void {
    void this.#sockets.publish("status", parent, { execution_state: "busy" });
    return () => void this.#sockets.publish("status", parent, { execution_state: "idle" });
  }

  async #handle(type: string, content: Content, request: Request): Promise<Content | undefined> {
    const code = String(content.code ?? "");
    switch (type) {
      case "kernel_info_request":
        return INFO;
      case "complete_request":
        return this.#complete(code, Number(content.cursor_pos ?? [...code].length));
      case "inspect_request":
        return this.#inspect(code, Number(content.cursor_pos ?? [...code].length));
      case "is_complete_request":
        return { ...(await this.#checker.completeness(code)) };
      case "history_request":
        return { status: "ok", history: this.#history.slice(-Number(content.n ?? 100)) };
      case "comm_info_request":
        return { status: "ok", comms: {} };
      case "comm_open":
        void this.#sockets.publish("comm_close", request.header, { comm_id: content.comm_id, data: {} });
        return undefined;
      case "connect_request": {
        const { shell_port, iopub_port, stdin_port, control_port, hb_port } = this.#sockets.connection;
        return { status: "ok", shell_port, iopub_port, stdin_port, control_port, hb_port };
      }
      case "interrupt_request":
        this.interrupt();
        return { status: "ok" };
      case "shutdown_request": {
        const reply = { status: "ok", restart: content.restart === true };
        void this.#sockets.publish("shutdown_reply", request.header, reply);
        return reply;
      }
      default:
        return undefined;
    }
  }

  async #complete(code: string, cursor: number): Promise<Content> {
    const { matches, start, end } = await this.#checker.complete(code, toUnits(code, cursor));
    const [cursor_start, cursor_end] = [toPoints(code, start), toPoints(code, end)];
    const types = matches.map(({ name, kind }) => ({
      text: name,
      type: kind,
      start: cursor_start,
      end: cursor_end,
    }));
    return {
      status: "ok",
      matches: matches.map(({ name }) => name),
      cursor_start,
      cursor_end,
      metadata: { _jupyter_types_experimental: types },
    };
  }

  async #inspect(code: string, cursor: number): Promise<Content> {
    const found = await this.#checker.inspect(code, toUnits(code, cursor));
    if (!found) return { status: "ok", found: false, data: {}, metadata: {} };
    const { signature, documentation } = found;
    const data = {
      "text/plain": documentation ? `${signature}\n\n${documentation}` : signature,
      "text/markdown": `\`\`\`typescript\n${signature}\n\`\`\`\n\n${documentation}`.trim(),
    };
    return { status: "ok", found: true, data, metadata: {} };
  }

  async #work(): Promise<void> {
    if (this.#executing) return;
    this.#executing = this.#queue[0];
    await this.#warming;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      this.#executing = next;
      await this.#execute(next);
      this.#executing = undefined;
    }
  }

  async #execute(request: Request): Promise<void> {
    const { header, content } = request;
    const end = this.#busy(header);
    const { code = "", silent = false, store_history = true, user_expressions = {} } = content;
    this.#parent = header;
    if (!silent && store_history) {
      this.#count++;
      this.#history.push([0, this.#count, String(code)]);
    }
    const execution_count = this.#count;
    if (!silent) void this.#sockets.publish("execute_input", header, { code, execution_count });
    const outcome = await this.#outcome(String(code), silent ? "Silent" : `Cell[${execution_count}]`);
    if (outcome.ok) {
      const { data } = outcome;
      if (data && !silent)
        void this.#sockets.publish("execute_result", header, { execution_count, data, metadata: {} });
      const expressions = await this.#expressions(user_expressions as Record<string, string>);
      const reply = { status: "ok", execution_count, payload: [], user_expressions: expressions };
      void this.#sockets.reply(request, "execute_reply", reply);
    } else {
      if (!silent) void this.#sockets.publish("error", header, { ...outcome.error });
      void this.#sockets.reply(request, "execute_reply", {
        status: "error",
        execution_count,
        ...outcome.error,
      });
      if (content.stop_on_error !== false) await this.#abort();
    }
    end();
  }

  /** An empty cell does nothing. */
  async #outcome(code: string, name: string): Promise<Outcome> {
    if (!code.trim()) return { ok: true, data: undefined };
    try {
      return await executeCell(code, name, this.#checker, this.#runner);
    } catch (error) {
      return { ok: false, error: internalError(error) };
    }
  }

  async #expressions(asked: Record<string, string>): Promise<Content> {
    const answers: Content = {};
    for (const [key, code] of Object.entries(asked))
      answers[key] = await evaluateExpression(code, this.#checker, this.#runner);
    return answers;
  }

  /** Requests that were sent before the front end could know of the error are not executed. */
  async #abort(): Promise<void> {
    await new Promise((done) => setTimeout(done, 10)); // those that lie in the socket arrive
    const aborted = this.#queue;
    this.#queue = [];
    for (const request of aborted) {
      const end = this.#busy(request.header);
      void this.#sockets.reply(request, "execute_reply", { status: "aborted", execution_count: this.#count });
      end();
    }
  }

  #ask(prompt: string): Promise<string | null> {
    const request = this.#executing;
    if (!request?.content.allow_stdin) return Promise.resolve(null);
    const content = { prompt, password: false };
    void this.#sockets.send("stdin", request.ids, "input_request", request.header, content);
    return new Promise((done) => {
      this.#answer = done;
    });
  }

  #input(value: string): void {
    this.#answer?.(value);
    this.#answer = undefined;
  }

  interrupt(): void {
    this.#runner.interrupt();
  }

  /** Ends everything that the kernel started, then the process. */
  async close(): Promise<void> {
    this.#checker.close();
    const ended = Promise.all([this.#sockets.flush(), this.#runner.close()]);
    await Promise.race([ended, new Promise((done) => setTimeout(done, 500))]);
    this.#sockets.close();
    process.exit(0);
  }
}
