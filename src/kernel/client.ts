/** A kernel as a program sees it: start, execute, complete, inspect, interrupt, shut down. */
import { randomUUID } from "node:crypto";
import { type Exit, KernelProcess, type MessageChannel } from "./launch.ts";
import type { KernelSpec } from "./specs.ts";
import { type Content, fromParts, header, type Message, toParts } from "./wire.ts";

/** One iopub message of a cell, without the status messages: `stream`, `display_data`, `execute_result`, `error`… */
export interface Output {
  msg_type: string;
  content: Content;
}

export interface Result {
  /** The content of the reply: `status` is "ok", "error" or "aborted". */
  reply: Content;
  outputs: Output[];
}

/** The kernel ended while it was asked for something. */
export class KernelDied extends Error {
  readonly exit: Exit;
  constructor(exit: Exit, output: string) {
    const how = exit.signal ? `was ended by ${exit.signal}` : `exited with code ${exit.code}`;
    super(`the kernel ${how}${output.trim() ? `; its last words were:\n${output.trim()}` : ""}`);
    this.name = "KernelDied";
    this.exit = exit;
  }
}

interface Pending {
  result: Result;
  replied: boolean;
  idle: boolean;
  waitIdle: boolean;
  onOutput?: ((output: Output) => void) | undefined;
  done: (result: Result) => void;
  fail: (error: Error) => void;
}

const START_ATTEMPTS = 3;

export class KernelClient {
  readonly kernel: KernelProcess;
  readonly spec: KernelSpec;
  /** Content of kernel_info_reply. */
  info: Content = {};
  /** Answers an input_request with what the user would type. */
  onInput: ((prompt: string, password: boolean) => Promise<string>) | undefined;
  readonly #session = randomUUID();
  readonly #pending = new Map<string, Pending>();

  /** Resolves when the kernel has answered kernel_info and its iopub channel is known to arrive. Throws KernelDied. */
  static async start(
    spec: KernelSpec,
    options: { cwd: string; env?: NodeJS.ProcessEnv },
  ): Promise<KernelClient> {
    for (let attempt = 1; ; attempt++)
      try {
        return await KernelClient.#connect(new KernelClient(spec, await KernelProcess.start(spec, options)));
      } catch (error) {
        // Ports were free when they were chosen; another program may have taken one until the kernel listens.
        const taken = error instanceof KernelDied && /address already in use/i.test(error.message);
        if (!taken || attempt === START_ATTEMPTS) throw error;
      }
  }

  static async #connect(client: KernelClient): Promise<KernelClient> {
    client.info = (await client.request("shell", "kernel_info_request", {})).reply;
    // A subscriber misses what was published before its subscription arrived: ask until a status comes through.
    for (let arrived = false; !arrived; ) {
      const nudge = client.request("shell", "kernel_info_request", {}, { waitIdle: true }).then(() => true);
      arrived = await Promise.race([nudge, new Promise<false>((done) => setTimeout(done, 50, false))]);
      nudge.catch(() => {});
    }
    return client;
  }

  private constructor(spec: KernelSpec, kernel: KernelProcess) {
    this.spec = spec;
    this.kernel = kernel;
    kernel.on("message", (channel, parts) => this.#receive(channel, fromParts(parts)));
    kernel.on("exit", (exit) => {
      for (const pending of this.#pending.values()) pending.fail(new KernelDied(exit, kernel.output));
      this.#pending.clear();
    });
  }

  #receive(channel: MessageChannel, message: Message): void {
    const id = message.parent_header.msg_id ?? "";
    const pending = this.#pending.get(id);
    if (!pending) return;
    if (channel === "stdin") void this.#answer(message);
    else if (channel !== "iopub") {
      pending.result.reply = message.content;
      pending.replied = true;
    } else if (message.header.msg_type === "status") {
      if (message.content.execution_state === "idle") pending.idle = true;
    } else {
      const output = { msg_type: message.header.msg_type, content: message.content };
      pending.result.outputs.push(output);
      pending.onOutput?.(output);
    }
    if (pending.replied && (pending.idle || !pending.waitIdle)) {
      this.#pending.delete(id);
      pending.done(pending.result);
    }
  }

  async #answer(request: Message): Promise<void> {
    const { prompt, password } = request.content as { prompt: string; password: boolean };
    const value = (await this.onInput?.(prompt, password)) ?? "";
    const reply = {
      header: header("input_reply", this.#session),
      parent_header: request.header,
      metadata: {},
      content: { value },
    };
    this.kernel.send("stdin", toParts(reply));
  }

  /** Sends one request. Throws KernelDied if the process ends first. */
  request(
    channel: "shell" | "control",
    type: string,
    content: Content,
    options: { waitIdle?: boolean; onOutput?: (output: Output) => void } = {},
  ): Promise<Result> {
    if (this.kernel.exit) return Promise.reject(new KernelDied(this.kernel.exit, this.kernel.output));
    const head = header(type, this.#session);
    return new Promise((done, fail) => {
      const result: Result = { reply: {}, outputs: [] };
      const { waitIdle = false, onOutput } = options;
      this.#pending.set(head.msg_id, { result, replied: false, idle: false, waitIdle, onOutput, done, fail });
      this.kernel.send(
        "shell" === channel ? "shell" : "control",
        toParts({ header: head, parent_header: {}, metadata: {}, content }),
      );
    });
  }

  execute(code: string, options: { onOutput?: (output: Output) => void } = {}): Promise<Result> {
    const allow_stdin = this.onInput !== undefined;
    const content = {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin,
      stop_on_error: false,
    };
    return this.request("shell", "execute_request", content, { waitIdle: true, ...options });
  }

  complete(code: string, cursor_pos = code.length): Promise<Content> {
    return this.request("shell", "complete_request", { code, cursor_pos }).then((result) => result.reply);
  }

  inspect(code: string, cursor_pos = code.length, detail_level = 0): Promise<Content> {
    const content = { code, cursor_pos, detail_level };
    return this.request("shell", "inspect_request", content).then((result) => result.reply);
  }

  isComplete(code: string): Promise<Content> {
    return this.request("shell", "is_complete_request", { code }).then((result) => result.reply);
  }

  /** Asks the way the kernelspec says: by a message on the control channel or by SIGINT. */
  interrupt(): void {
    if (this.spec.interrupt_mode === "signal") this.kernel.process.kill("SIGINT");
    else this.request("control", "interrupt_request", {}).catch(() => {});
  }

  /** Ends the kernel: asks first, then insists after `grace` ms. */
  async shutdown(grace = 1500): Promise<Exit> {
    if (this.kernel.exit) return this.kernel.exit;
    this.request("control", "shutdown_request", { restart: false }).catch(() => {});
    const timer = setTimeout(() => void this.kernel.kill(), grace);
    const exit = await this.kernel.exited;
    clearTimeout(timer);
    return exit;
  }
}
