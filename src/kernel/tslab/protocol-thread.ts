/**
 * The Jupyter side of the tslab kernel, a worker thread: sockets, order of requests, status, interrupt, the end.
 * Source: Jupyter client documentation, "Messaging in Jupyter".
 */
import { parentPort, workerData } from "node:worker_threads";
import { Publisher, Reply, Router } from "zeromq";
import { type Channel, type Connection, endpoint, readConnection, removeConnection } from "../connection.ts";
import { onOrphaned } from "../orphan.ts";
import { type Content, fromFrames, fromParts, header, type Message, toFrames, toParts } from "../wire.ts";
import { kernelInfo } from "./info.ts";
import { type Request, SHARED, type ThreadData, type ToMain, type ToProtocol } from "./threads.ts";

/** An interrupted cell that does not end within this time cannot be stopped: the process is killed. */
const INTERRUPT_LIMIT_MS = 3000;
const GUARDS_FIRST_MS = 200;
/** Executions that arrive this long after a failed one are still aborted with it, if the front end asked for that. */
const ABORT_WINDOW_MS = 50;

interface Job {
  message: Message;
  ids: Buffer[];
  done: (reply: Content) => void;
}

const { connectionFile, shared } = workerData as ThreadData;
const main = parentPort as NonNullable<typeof parentPort>;
const tell = (message: ToMain) => main.postMessage(message);

class Protocol {
  readonly #connection: Connection;
  readonly #session = header("", "").msg_id;
  readonly #sockets = {
    shell: new Router({ linger: 1000, sendHighWaterMark: 0 }),
    control: new Router({ linger: 1000, sendHighWaterMark: 0 }),
    stdin: new Router({ linger: 0 }),
    iopub: new Publisher({ linger: 1000, sendHighWaterMark: 0 }),
    hb: new Reply({ linger: 0 }),
  };
  /** One queue for all: the order of calls is the order on the wire. */
  #sending: Promise<unknown> = Promise.resolve();
  #shellQueue: Promise<void> = Promise.resolve();
  #ready!: () => void;
  readonly #engineReady = new Promise<void>((done) => {
    this.#ready = done;
  });
  readonly #jobs = new Map<number, Job>();
  #nextId = 1;
  #count = 0;
  #abortUntil = 0;
  /** The message whose cell runs or ran last: late output belongs to it. */
  #cell: Message | undefined;
  #running: number | undefined;
  #text: { name: string; text: string } | undefined;
  #watchdog: NodeJS.Timeout | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async listen(): Promise<void> {
    for (const [channel, socket] of Object.entries(this.#sockets))
      await socket.bind(endpoint(this.#connection, channel as Channel));
    void this.#serve("shell");
    void this.#serve("control");
    void this.#echo();
    main.on("message", (message: ToProtocol) => this.#fromMain(message));
    const hello = { header: header("starting", this.#session), parent_header: {}, metadata: {}, content: {} };
    this.#publish("status", { execution_state: "starting" }, hello as unknown as Message);
  }

  async #echo(): Promise<void> {
    for await (const frames of this.#sockets.hb) await this.#sockets.hb.send(frames);
  }

  async #serve(channel: "shell" | "control"): Promise<void> {
    for await (const frames of this.#sockets[channel]) {
      const received = fromFrames(frames, this.#connection.key);
      if (!received) continue; // forged or malformed: the specification says to ignore it
      const message = fromParts(received.parts);
      const handle = () => this.#handle(channel, message, received.ids);
      if (channel === "control") void handle();
      else this.#shellQueue = this.#shellQueue.then(handle);
    }
  }

  #send(socket: Router | Publisher, ids: Buffer[], message: Omit<Message, "buffers">): void {
    const frames = toFrames(ids, toParts(message), this.#connection.key);
    this.#sending = this.#sending.then(() => socket.send(frames)).catch(() => {});
  }

  #publish(msg_type: string, content: Content, parent: Message | undefined = this.#cell): void {
    const parent_header = parent?.header ?? {};
    const message = { header: header(msg_type, this.#session), parent_header, metadata: {}, content };
    this.#send(this.#sockets.iopub, [Buffer.from(msg_type)], message);
  }

  async #handle(channel: "shell" | "control", message: Message, ids: Buffer[]): Promise<void> {
    const type = message.header.msg_type;
    this.#publish("status", { execution_state: "busy" }, message);
    const reply = await this.#answer(type, message, ids);
    this.#flushText();
    if (reply) this.#reply(channel, message, ids, reply);
    this.#publish("status", { execution_state: "idle" }, message);
    if (type === "shutdown_request") await this.#end();
  }

  #reply(channel: "shell" | "control", { header: parent_header }: Message, ids: Buffer[], content: Content) {
    const answer = header(parent_header.msg_type.replace(/_request$/, "_reply"), this.#session);
    this.#send(this.#sockets[channel], ids, { header: answer, parent_header, metadata: {}, content });
  }

  async #answer(type: string, message: Message, ids: Buffer[]): Promise<Content | undefined> {
    const { code = "", cursor_pos: cursor = 0 } = message.content as { code?: string; cursor_pos?: number };
    switch (type) {
      case "kernel_info_request":
        return kernelInfo();
      case "execute_request":
        return this.#execute(message, ids, code);
      case "complete_request":
      case "inspect_request":
      case "is_complete_request": {
        const kind = type.replace("_request", "") as "complete" | "inspect" | "is_complete";
        return this.#ask(message, ids, { type: kind, code, cursor });
      }
      case "comm_info_request":
        return { status: "ok", comms: {} };
      case "history_request":
        return { status: "ok", history: [] };
      case "interrupt_request":
        this.#interrupt();
        return { status: "ok" };
      case "shutdown_request":
        return { status: "ok", restart: message.content.restart === true };
      default:
        return undefined; // comm_open and the like have no reply
    }
  }

  async #execute(message: Message, ids: Buffer[], code: string): Promise<Content> {
    const { silent = false, stop_on_error = true } = message.content;
    if (Date.now() < this.#abortUntil) return { status: "aborted", execution_count: this.#count };
    if (!silent) this.#count++;
    const count = this.#count;
    if (!silent) this.#publish("execute_input", { code, execution_count: count }, message);
    this.#cell = message;
    Atomics.store(shared, SHARED.interrupt, 0);
    const reply = await this.#ask(message, ids, { type: "execute", code, count });
    if (reply.status === "error" && stop_on_error) this.#abortUntil = Date.now() + ABORT_WINDOW_MS;
    return { ...reply, execution_count: count, user_expressions: {}, payload: [] };
  }

  async #ask(message: Message, ids: Buffer[], request: DistributiveOmit<Request, "id">): Promise<Content> {
    const id = this.#nextId++;
    if (request.type === "execute") this.#running = id; // an interrupt may come before the engine is there
    const reply = await new Promise<Content>((done) => {
      this.#jobs.set(id, { message, ids, done });
      void this.#engineReady.then(() => tell({ ...request, id }));
    });
    this.#jobs.delete(id);
    return reply;
  }

  #fromMain(message: ToProtocol): void {
    if (message.type === "ready") this.#ready();
    else if (message.type === "stream") this.#addText(message);
    else {
      this.#flushText();
      if (message.type === "publish") this.#publish(message.msg_type, message.content);
      else if (message.type === "exit") void this.#lastWords(exitWords(message.code));
      else {
        if (message.id === this.#running) this.#running = undefined;
        clearTimeout(this.#watchdog);
        this.#jobs.get(message.id)?.done(message.reply);
      }
    }
  }

  /** A cell that prints line by line makes thousands of messages: what is here already goes out as one. */
  #addText({ name, text }: { name: string; text: string }): void {
    if (this.#text && this.#text.name !== name) this.#flushText();
    if (this.#text) this.#text.text += text;
    else {
      this.#text = { name, text };
      setImmediate(() => this.#flushText());
    }
    if (this.#text.text.length > 65_536) this.#flushText();
  }

  #flushText(): void {
    if (!this.#text) return;
    const { length } = this.#text.text;
    this.#publish("stream", this.#text);
    this.#text = undefined;
    void this.#sending.then(() => {
      Atomics.sub(shared, SHARED.pending, length);
      Atomics.notify(shared, SHARED.pending);
    });
  }

  /** Three ways: guards in the cell's code, a signal for other code, a kill for what neither reaches. */
  #interrupt(): void {
    const running = this.#running;
    if (running === undefined) return;
    Atomics.store(shared, SHARED.interrupt, 1);
    // Guards end the cell's own loops at once. A signal is for other code; one that comes late would hit the next cell.
    setTimeout(() => {
      const busy = this.#running === running && Atomics.load(shared, SHARED.busy) === 1;
      if (busy && process.platform !== "win32") process.kill(process.pid, "SIGINT");
    }, GUARDS_FIRST_MS);
    void this.#engineReady.then(() => {
      tell({ type: "interrupt" });
      clearTimeout(this.#watchdog);
      this.#watchdog = setTimeout(() => {
        if (this.#running === running) void this.#lastWords(UNSTOPPABLE).then(kill);
      }, INTERRUPT_LIMIT_MS);
    });
  }

  /** The process is lost: the cell that runs gets an error that says so, instead of silence. */
  async #lastWords({ ename, evalue }: { ename: string; evalue: string }): Promise<void> {
    const job = this.#running === undefined ? undefined : this.#jobs.get(this.#running);
    if (job) {
      const error = { ename, evalue, traceback: [`${ename}: ${evalue}`] };
      this.#publish("error", error, job.message);
      const content = { status: "error", execution_count: this.#count, ...error };
      this.#reply("shell", job.message, job.ids, content);
      this.#publish("status", { execution_state: "idle" }, job.message);
    }
    await this.#flushed();
    Atomics.store(shared, SHARED.flushed, 1);
    Atomics.notify(shared, SHARED.flushed);
  }

  /** Sent means handed to ZeroMQ's own thread: closing lingers until it is on the wire. */
  async #flushed(): Promise<void> {
    this.#flushText();
    await this.#sending;
    for (const socket of Object.values(this.#sockets)) socket.close();
    await new Promise((done) => setTimeout(done, 50));
  }

  async #end(): Promise<void> {
    await this.#flushed();
    tell({ type: "shutdown" });
    setTimeout(kill, 500); // a cell that still loops does not hear of the shutdown
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

const kill = () => process.kill(process.pid, "SIGKILL");

const exitWords = (code: number) => ({
  ename: "KernelExit",
  evalue: `the cell ended the kernel's process with code ${code} (process.exit): its variables are gone, restart the kernel`,
});
const UNSTOPPABLE = {
  ename: "KernelKilled",
  evalue:
    "the cell could not be interrupted, so the kernel was ended: its variables are gone, restart the kernel",
};

// Looked after here: the main thread may be in a cell that loops forever.
onOrphaned(() => {
  removeConnection(connectionFile);
  kill();
});
await new Protocol(readConnection(connectionFile)).listen();
