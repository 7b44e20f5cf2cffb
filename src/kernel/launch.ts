/** Starts a kernel process and holds the client's end of its five channels. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";
import { Dealer, Subscriber } from "zeromq";
import { type Connection, endpoint, newConnection, removeConnection, writeConnection } from "./connection.ts";
import { PARENT_VARIABLE } from "./orphan.ts";
import type { KernelSpec } from "./specs.ts";
import { fromFrames, type Parts, toFrames } from "./wire.ts";

/** Channels that carry messages (the heartbeat carries only echoes). */
export type MessageChannel = "shell" | "control" | "stdin" | "iopub";

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

interface Events {
  message: [channel: MessageChannel, parts: Parts];
  exit: [exit: Exit];
}

/** What the kernel process wrote to its own stdout and stderr: the last bytes are kept for error reports. */
const KEPT_OUTPUT = 16_384;

export class KernelProcess extends EventEmitter<Events> {
  readonly connection: Connection;
  readonly process: ChildProcess;
  /** Settles when the process has ended; never rejects. */
  readonly exited: Promise<Exit>;
  exit: Exit | undefined;
  output = "";
  readonly #file: string;
  readonly #sockets: { shell: Dealer; control: Dealer; stdin: Dealer; iopub: Subscriber };
  #sending: Promise<unknown> = Promise.resolve();

  /** Throws when the program in `spec.argv` cannot be started. */
  static async start(
    spec: KernelSpec,
    options: { cwd: string; env?: NodeJS.ProcessEnv },
  ): Promise<KernelProcess> {
    const kernel = new KernelProcess(spec, await newConnection(spec.name), options);
    await new Promise<void>((done, fail) => kernel.process.once("spawn", done).once("error", fail));
    return kernel;
  }

  private constructor(
    spec: KernelSpec,
    connection: Connection,
    options: { cwd: string; env?: NodeJS.ProcessEnv },
  ) {
    super();
    this.connection = connection;
    this.#file = writeConnection(connection);
    const [command, ...args] = spec.argv.map((word) => word.replace("{connection_file}", this.#file));
    this.process = spawn(command as string, args, {
      cwd: options.cwd,
      env: { ...process.env, [PARENT_VARIABLE]: String(process.pid), ...spec.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.process.stdout, this.process.stderr])
      stream?.on("data", (text) => {
        this.output = (this.output + text).slice(-KEPT_OUTPUT);
      });
    const routingId = randomUUID();
    const dealer = () => new Dealer({ routingId, linger: 0, sendHighWaterMark: 0, receiveHighWaterMark: 0 });
    const iopub = new Subscriber({ linger: 0, receiveHighWaterMark: 0 });
    iopub.subscribe();
    this.#sockets = { shell: dealer(), control: dealer(), stdin: dealer(), iopub };
    for (const channel of ["shell", "control", "stdin", "iopub"] as const) {
      this.#sockets[channel].connect(endpoint(connection, channel));
      void this.#receive(channel);
    }
    this.exited = new Promise((done) => {
      const end = (exit: Exit) => {
        if (this.exit) return;
        this.exit = exit;
        this.#close();
        done(exit);
        this.emit("exit", exit);
      };
      this.process.once("exit", (code, signal) => end({ code, signal }));
      this.process.once("error", () => end({ code: 127, signal: null }));
    });
  }

  async #receive(channel: MessageChannel): Promise<void> {
    try {
      for await (const frames of this.#sockets[channel]) {
        const message = fromFrames(frames, this.connection.key);
        if (message) this.emit("message", channel, message.parts);
      }
    } catch (error) {
      if (!this.exit) throw error; // closing a socket that is being read rejects the read
    }
  }

  /** Queues one message; the order of calls is the order on the wire. */
  send(channel: "shell" | "control" | "stdin", parts: Parts): void {
    const frames = toFrames([], parts, this.connection.key);
    this.#sending = this.#sending.then(() => this.#sockets[channel].send(frames)).catch(() => {});
  }

  /** Ends the process by its id: SIGTERM, then SIGKILL after `grace` ms. Idempotent. */
  async kill(grace = 1000): Promise<Exit> {
    if (this.exit) return this.exit;
    this.process.kill("SIGTERM");
    const timer = setTimeout(() => this.process.kill("SIGKILL"), grace);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }

  /** Ends the process without asking and without waiting: for a program that itself is about to end. */
  killNow(): void {
    this.process.kill("SIGKILL");
    removeConnection(this.#file);
  }

  #close(): void {
    for (const socket of Object.values(this.#sockets)) socket.close();
    removeConnection(this.#file);
  }
}
