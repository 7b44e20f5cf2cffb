/**
 * The hypercall event_channel_op (event_channel.h): operation and argument.
 *
 *     bind_interdomain  0 remote_dom  4 remote_port  8 port ▲          alloc_unbound  0 dom  2 remote_dom  4 port ▲
 *     bind_virq         0 virq  4 vcpu  8 port ▲                       close, send, unmask  0 port
 *     bind_pirq         0 pirq  4 flags  8 port ▲                      status  0 dom  4 port  8 status ▲  12 vcpu ▲  16 … ▲
 */
import type { GuestMemory } from "./guest-memory.ts";
import { EINVAL, ENOSYS } from "./interface.ts";
import type { Arguments } from "./memory-calls.ts";
import type { Channels } from "./neighbours.ts";

const EVENTCHN = {
  BIND_INTERDOMAIN: 0,
  BIND_VIRQ: 1,
  BIND_PIRQ: 2,
  CLOSE: 3,
  SEND: 4,
  STATUS: 5,
  ALLOC_UNBOUND: 6,
  UNMASK: 9,
} as const;

export class EventCalls {
  readonly #memory: GuestMemory;
  readonly #channels: Channels;

  constructor(memory: GuestMemory, channels: Channels) {
    this.#memory = memory;
    this.#channels = channels;
  }

  eventOp([operation, argument]: Arguments): number {
    const channels = this.#channels;
    const word = (at: number) => this.#memory.read32(argument + at) >>> 0;
    const half = (at: number) => this.#memory.read16(argument + at);
    switch (operation) {
      case EVENTCHN.BIND_INTERDOMAIN:
        return this.#open(argument + 8, channels.bindInterdomain.bind(channels, half(0), word(4)));
      case EVENTCHN.BIND_VIRQ:
        if (word(4) !== 0) return EINVAL;
        return this.#open(argument + 8, channels.bindVirq.bind(channels, word(0)));
      case EVENTCHN.BIND_PIRQ:
        return this.#open(argument + 8, channels.bindLine.bind(channels, word(0)));
      case EVENTCHN.ALLOC_UNBOUND:
        return this.#open(argument + 4, channels.allocUnbound.bind(channels, half(0), half(2)));
      case EVENTCHN.CLOSE:
        return channels.close(word(0));
      case EVENTCHN.SEND:
        return channels.send(word(0));
      case EVENTCHN.UNMASK:
        return channels.unmask(word(0));
      case EVENTCHN.STATUS:
        return this.#status(argument, half(0), word(4));
      default:
        return ENOSYS;
    }
  }

  /** A new port, told to the guest at `answer`: a guest that cannot be told gets none. */
  #open(answer: number, connect: () => number): number {
    const memory = this.#memory;
    memory.write32(answer, 0);
    const port = connect();
    if (port < 0) return port;
    memory.write32(answer, port);
    return 0;
  }

  #status(argument: number, domain: number, port: number): number {
    const found = this.#channels.status(domain, port);
    if (typeof found === "number") return found;
    for (const [n, value] of [found.status, 0, ...found.words].entries())
      this.#memory.write32(argument + 8 + 4 * n, value);
    return 0;
  }
}
