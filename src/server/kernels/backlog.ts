/**
 * What a kernel said while nobody listened. A client that lost its connection and comes back under the same session id
 * gets it all, in order; so Jupyter Server does it (`start_buffering` of its kernel manager).
 */
import type { MessageChannel } from "../../kernel/launch.ts";
import type { Parts } from "../../kernel/wire.ts";

/** Bytes that are kept for one kernel; the oldest messages fall out. */
const LIMIT = 64 * 2 ** 20;

export class Backlog {
  readonly session: string;
  #messages: [MessageChannel, Parts][] = [];
  #bytes = 0;

  constructor(session: string) {
    this.session = session;
  }

  add(channel: MessageChannel, parts: Parts): void {
    this.#messages.push([channel, parts]);
    this.#bytes += size(parts);
    while (this.#bytes > LIMIT) this.#bytes -= size(this.#messages.shift()?.[1] ?? []);
  }

  drain(): [MessageChannel, Parts][] {
    const messages = this.#messages;
    this.#messages = [];
    this.#bytes = 0;
    return messages;
  }
}

const size = (parts: Parts): number => parts.reduce((sum, part) => sum + part.length, 0);
