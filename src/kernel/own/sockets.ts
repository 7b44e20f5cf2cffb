/** The kernel's end of the five channels. */
import { randomUUID } from "node:crypto";
import { Publisher, Reply, Router } from "zeromq";
import { type Connection, endpoint } from "../connection.ts";
import {
  type Content,
  fromFrames,
  fromParts,
  type Header,
  header,
  type Message,
  toFrames,
  toParts,
} from "../wire.ts";

/** A message with the addresses that its answer goes to. */
export interface Request extends Message {
  channel: "shell" | "control" | "stdin";
  ids: Buffer[];
}

export class Sockets {
  readonly connection: Connection;
  readonly #session = randomUUID();
  // Nothing may be dropped: no high-water marks. Output is held back at its source (runner/output.ts).
  readonly #routers = {
    shell: new Router({ linger: 500, sendHighWaterMark: 0, receiveHighWaterMark: 0 }),
    control: new Router({ linger: 500 }),
    stdin: new Router({ linger: 0 }),
  };
  readonly #iopub = new Publisher({ linger: 500, sendHighWaterMark: 0 });
  readonly #heartbeat = new Reply({ linger: 0 });
  readonly #sending = new Map<object, Promise<unknown>>();

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** Binds all channels and hands over every well-formed, signed message from now on. */
  async listen(receive: (request: Request) => void): Promise<void> {
    const { connection } = this;
    await Promise.all([
      this.#routers.shell.bind(endpoint(connection, "shell")),
      this.#routers.control.bind(endpoint(connection, "control")),
      this.#routers.stdin.bind(endpoint(connection, "stdin")),
      this.#iopub.bind(endpoint(connection, "iopub")),
      this.#heartbeat.bind(endpoint(connection, "hb")),
    ]);
    void this.#echo();
    for (const channel of ["shell", "control", "stdin"] as const) void this.#read(channel, receive);
  }

  async #echo(): Promise<void> {
    for await (const frames of this.#heartbeat) await this.#heartbeat.send(frames);
  }

  async #read(channel: Request["channel"], receive: (request: Request) => void): Promise<void> {
    for await (const frames of this.#routers[channel]) {
      const message = fromFrames(frames, this.connection.key);
      if (!message) continue;
      try {
        receive({ ...fromParts(message.parts), ids: message.ids, channel });
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error; // signed, but not JSON: as good as not sent
      }
    }
  }

  /** Publishes to all front ends. Resolves when the message has left this process's hands. */
  publish(type: string, parent: Partial<Header>, content: Content): Promise<unknown> {
    const parts = this.#parts(type, parent, content);
    return this.#send(this.#iopub, toFrames([Buffer.from(type)], parts, this.connection.key));
  }

  reply(request: Request, type: string, content: Content): Promise<unknown> {
    return this.send(request.channel, request.ids, type, request.header, content);
  }

  send(
    channel: Request["channel"],
    ids: Buffer[],
    type: string,
    parent: Partial<Header>,
    content: Content,
  ): Promise<unknown> {
    const frames = toFrames(ids, this.#parts(type, parent, content), this.connection.key);
    return this.#send(this.#routers[channel], frames);
  }

  #parts(type: string, parent: Partial<Header>, content: Content) {
    const head = header(type, this.#session, "kernel");
    return toParts({ header: head, parent_header: parent, metadata: {}, content });
  }

  /** A socket takes one message at a time. */
  #send(socket: Router | Publisher, frames: Buffer[]): Promise<unknown> {
    const before = this.#sending.get(socket) ?? Promise.resolve();
    const sent = before.then(() => socket.send(frames)).catch(() => {});
    this.#sending.set(socket, sent);
    return sent;
  }

  /** Resolves when everything handed over so far has been sent. */
  async flush(): Promise<void> {
    await Promise.all(this.#sending.values());
  }

  close(): void {
    for (const socket of [...Object.values(this.#routers), this.#iopub, this.#heartbeat]) socket.close();
  }
}
