/**
 * One kernel as the server offers it: an id that outlives its processes, the clients that listen, and what happens when
 * the process ends unasked.
 */
import { randomUUID } from "node:crypto";
import type { Exit, KernelProcess, MessageChannel } from "../../kernel/launch.ts";
import type { KernelSpec } from "../../kernel/specs.ts";
import type { Header, Parts } from "../../kernel/wire.ts";
import { Backlog } from "./backlog.ts";
import { kernelDied, parsePart, request, status } from "./messages.ts";
import type { Processes } from "./processes.ts";

export type ClientChannel = Exclude<MessageChannel, "iopub">;

/** One WebSocket of a page. */
export interface Client {
  /** Replies go to the client whose session asked. */
  session: string;
  receive(channel: MessageChannel, parts: Parts): void;
}

/** Source: Jupyter Server documentation, "REST API", definition Kernel. */
export interface KernelModel {
  id: string;
  name: string;
  last_activity: string;
  execution_state: string;
  connections: number;
}

/** A kernel that ends more often than this within `PERIOD` ms is left dead. */
const RESTARTS = 5;
const PERIOD = 60_000;
/** How long the subscription to iopub may lag behind the first reply, ms. */
const IOPUB_LAG = 100;
/** A kernel that has not answered for so long is asked again, ms: some lose what reaches them while they start. */
const UNANSWERED = 1000;

const describe = ({ code, signal }: Exit): string =>
  signal ? `The kernel was ended by ${signal}` : `The kernel ended itself with exit code ${code}`;

export class ServedKernel {
  readonly id = randomUUID();
  readonly spec: KernelSpec;
  readonly cwd: string;
  readonly #processes: Processes;
  readonly #log: (line: string) => void;
  /** Our own session: answers to it are for us alone. */
  readonly #session = randomUUID();
  #process: KernelProcess | undefined;
  #state = "starting";
  #lastActivity = new Date();
  readonly #clients = new Set<Client>();
  #backlog: Backlog | undefined;
  /** Messages of clients that wait until the kernel is known to be heard; undefined as soon as it is. */
  #held: [ClientChannel, Parts][] | undefined = [];
  /** Requests to execute that have no reply yet, by message id. */
  readonly #executing = new Map<string, Header>();
  /** The page takes all messages of one kernel process to have one session: ours to it borrow the kernel's. */
  #kernelSession = randomUUID() as string;
  #ends: number[] = [];
  #onAnswer: ((channel: MessageChannel) => void) | undefined;

  constructor(spec: KernelSpec, cwd: string, processes: Processes, log: (line: string) => void) {
    this.spec = spec;
    this.cwd = cwd;
    this.#processes = processes;
    this.#log = log;
  }

  get model(): KernelModel {
    return {
      id: this.id,
      name: this.spec.name,
      last_activity: this.#lastActivity.toISOString(),
      execution_state: this.#state,
      connections: this.#clients.size,
    };
  }

  /** The operating system's id of the process, for error reports and tests. */
  get pid(): number | undefined {
    return this.#process?.process.pid;
  }

  /**
   * Starts the process, or takes one over that runs already. Resolves when it runs; `ready` of the result when the
   * kernel has answered and is heard. Throws when the program cannot be started.
   */
  async start(running?: KernelProcess): Promise<{ ready: Promise<void> }> {
    this.#state = "starting";
    this.#held ??= [];
    const kernel = running ?? (await this.#processes.start(this.spec, { cwd: this.cwd }));
    this.#process = kernel;
    kernel.on("message", (channel, parts) => {
      if (kernel === this.#process) this.#receive(channel, parts);
    });
    void kernel.exited.then((exit) => {
      if (kernel === this.#process) void this.#ended(exit, kernel.output);
    });
    const ready = this.#nudge(kernel);
    ready.catch(() => {}); // #ended reports it
    return { ready };
  }

  /**
   * A subscriber misses what was published before its subscription arrived, so the kernel is asked for its info until
   * the status of such a request comes through on iopub. Source: Jupyter Server, `ZMQChannelsWebsocketConnection.nudge`.
   */
  async #nudge(kernel: KernelProcess): Promise<void> {
    for (let heard = false; !heard; ) {
      const reply = new Promise<void>((done) => {
        this.#onAnswer = (channel) => {
          heard ||= channel === "iopub";
          if (channel === "shell") done();
        };
      });
      kernel.send("shell", request(this.#session, "kernel_info_request"));
      await Promise.race([reply, kernel.exited, new Promise((done) => setTimeout(done, UNANSWERED))]);
      if (kernel.exit) throw new Error(`${describe(kernel.exit)} before it was ready`);
      if (kernel !== this.#process) throw new Error("another process took its place before it was ready");
      if (!heard) await new Promise((done) => setTimeout(done, IOPUB_LAG));
    }
    this.#onAnswer = undefined;
    if (this.#state === "starting") this.#state = "idle";
    this.#deliver("iopub", status(this.#kernelSession, this.#state), undefined);
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const [channel, parts] of held) kernel.send(channel, parts);
  }

  /** A message from a client to the kernel; it waits when the kernel is not ready. */
  send(channel: ClientChannel, parts: Parts): void {
    this.#lastActivity = new Date();
    const header = parsePart<Header>(parts[0]);
    if (header.msg_type === "execute_request" && header.msg_id)
      this.#executing.set(header.msg_id, header as Header);
    if (this.#held) this.#held.push([channel, parts]);
    else this.#process?.send(channel, parts);
  }

  #receive(channel: MessageChannel, parts: Parts): void {
    this.#lastActivity = new Date();
    const header = parsePart<Header>(parts[0]);
    const parent = parsePart<Header>(parts[1]);
    this.#kernelSession = header.session ?? this.#kernelSession;
    if (parent.session === this.#session) {
      this.#onAnswer?.(channel);
      return;
    }
    if (channel === "iopub" && header.msg_type === "status")
      this.#state = parsePart<{ execution_state: string }>(parts[3]).execution_state ?? this.#state;
    if (header.msg_type === "execute_reply") this.#executing.delete(parent.msg_id ?? "");
    this.#deliver(channel, parts, parent.session);
  }

  /** iopub is for everybody; the other channels answer one session. */
  #deliver(channel: MessageChannel, parts: Parts, session: string | undefined): void {
    if (channel === "iopub" || session === this.#backlog?.session) this.#backlog?.add(channel, parts);
    for (const client of this.#clients)
      if (channel === "iopub" || client.session === session) client.receive(channel, parts);
  }

  connect(client: Client): void {
    this.#clients.add(client);
    if (this.#backlog?.session === client.session)
      for (const [channel, parts] of this.#backlog.drain()) client.receive(channel, parts);
    this.#backlog = undefined;
    // The page's own first question does not count as work, so it would not learn what the kernel is doing.
    if (!this.#held) client.receive("iopub", status(this.#kernelSession, this.#state));
  }

  disconnect(client: Client): void {
    if (this.#clients.delete(client) && this.#clients.size === 0 && this.#process)
      this.#backlog = new Backlog(client.session);
  }

  /** The process ended unasked: the running cell says so, the page hears of it, and a new process takes its place. */
  async #ended(exit: Exit, output: string): Promise<void> {
    this.#process = undefined;
    const lastWords = output.trim().split("\n").slice(-10).join("\n");
    this.#log(`${describe(exit)} (${this.spec.name})${lastWords ? `:\n${lastWords}` : ""}`);
    for (const parent of this.#executing.values()) {
      const evalue = `${describe(exit)}. It starts again, without the variables of the cells that ran`;
      const { error, reply } = kernelDied(this.#kernelSession, parent, evalue, lastWords);
      this.#deliver("iopub", error, undefined);
      this.#deliver("shell", reply, parent.session);
    }
    this.#executing.clear();
    const now = Date.now();
    this.#ends = [...this.#ends.filter((time) => now - time < PERIOD), now];
    if (this.#ends.length > RESTARTS) return this.#giveUp(`it ended ${this.#ends.length} times in a minute`);
    this.#state = "restarting";
    this.#deliver("iopub", status(this.#kernelSession, "restarting"), undefined);
    this.#held ??= [];
    await this.start().catch((error: Error) => this.#giveUp(error.message));
  }

  #giveUp(why: string): void {
    this.#log(`The kernel ${this.spec.name} is not started again: ${why}`);
    this.#state = "dead";
    this.#held = [];
    this.#deliver("iopub", status(this.#kernelSession, "dead"), undefined);
  }

  /** Asks the way the kernelspec says: by a message on the control channel or by SIGINT. */
  interrupt(): void {
    if (this.spec.interrupt_mode === "signal") this.#process?.process.kill("SIGINT");
    else this.#process?.send("control", request(this.#session, "interrupt_request"));
  }

  /** A new process under the same id. Resolves when it is ready; throws when it does not come up. */
  async restart(): Promise<void> {
    await this.#stop(true);
    this.#state = "restarting";
    this.#held = [];
    this.#executing.clear();
    this.#ends = [];
    await (await this.start()).ready;
  }

  /** Ends the process for good. */
  async shutdown(): Promise<void> {
    await this.#stop(false);
    this.#state = "dead";
    this.#backlog = undefined;
    this.#deliver("iopub", status(this.#kernelSession, "dead"), undefined);
  }

  async #stop(restart: boolean): Promise<void> {
    const kernel = this.#process;
    this.#process = undefined;
    if (kernel) await endProcess(kernel, this.#session, restart);
  }
}

/** Asks a kernel process to end, and insists after `grace` ms. */
export async function endProcess(
  kernel: KernelProcess,
  session: string = randomUUID(),
  restart = false,
  grace = 700,
): Promise<void> {
  kernel.send("control", request(session, "shutdown_request", { restart }));
  const timer = setTimeout(() => void kernel.kill(), grace);
  await kernel.exited;
  clearTimeout(timer);
}
