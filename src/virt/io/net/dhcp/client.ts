/**
 * A small DHCP client (RFC 2131, section 4.4): the server's counterparty.
 *
 *     discover ──▶ offer ──▶ request ──▶ ack: bound ── T1: ask the server ── T2: ask all ── expired, or nak: from the beginning
 */
import type { Ip, Mac } from "../address.ts";
import type { Alarm, Alarms } from "../alarms.ts";
import { buildDhcp, type Dhcp, type DhcpType, OPTION, word, wordOf } from "./message.ts";

/** Seconds until it asks again, twice as long each time (RFC 2131, section 4.1; without the random part, so that a run repeats itself). */
const FIRST_RETRY = 4;
const LAST_RETRY = 64;

export interface Configuration {
  readonly address: Ip;
  readonly mask: number;
  readonly router: Ip;
  readonly server: Ip;
}

export interface DhcpClientOptions {
  readonly mac: Mac;
  readonly alarms: Alarms;
  /** A message to the server at that address, or to all when it is undefined. */
  readonly send: (message: Uint8Array, server: Ip | undefined) => void;
  /** null: the address is not its own any longer. */
  readonly onChange: (configuration: Configuration | null) => void;
}

export class DhcpClient {
  state: "idle" | "selecting" | "requesting" | "bound" | "renewing" = "idle";
  readonly #options: DhcpClientOptions;
  #xid: number;
  #offer: Dhcp | undefined;
  #bound: Configuration | undefined;
  #alarm: Alarm | undefined;
  #expiry: Alarm | undefined;

  constructor(options: DhcpClientOptions) {
    this.#options = options;
    this.#xid = options.mac % 2 ** 32;
  }

  start(): void {
    this.#xid = (this.#xid + 1) % 2 ** 32;
    this.state = "selecting";
    this.#repeat(FIRST_RETRY, () => this.#send("discover", []));
  }

  release(): void {
    if (this.#bound) this.#send("release", [], this.#bound.server);
    this.#lose();
    this.state = "idle";
  }

  receive(message: Dhcp): void {
    if (message.xid !== this.#xid || message.mac !== this.#options.mac) return;
    const server = wordOf(message.options, OPTION.server);
    if (server === undefined) return;
    if (message.type === "offer" && this.state === "selecting") {
      this.#offer = message;
      this.state = "requesting";
      this.#repeat(FIRST_RETRY, () =>
        this.#send("request", [
          [OPTION.requested, message.yours],
          [OPTION.server, server],
        ]),
      );
    } else if (this.state === "requesting" || this.state === "renewing") {
      const chosen = this.#bound?.server ?? wordOf(this.#offer!.options, OPTION.server);
      if (message.type === "nak" && server === chosen) {
        this.#lose();
        this.start();
      } else if (message.type === "ack") this.#bind(message, server);
    }
  }

  #bind({ yours, options }: Dhcp, server: Ip): void {
    const lease = wordOf(options, OPTION.lease) ?? 0;
    const [t1, t2] = [OPTION.renewal, OPTION.rebinding].map((option) => wordOf(options, option));
    const { alarms, onChange } = this.#options;
    this.#quiet();
    this.#bound = {
      ...{ address: yours, server },
      mask: wordOf(options, OPTION.mask) ?? 0xffff_ff00,
      router: wordOf(options, OPTION.router) ?? 0,
    };
    this.state = "bound";
    onChange(this.#bound);
    const renewal = t1 ?? lease / 2;
    this.#expiry = alarms.set(lease, () => {
      this.#lose();
      this.start();
    });
    this.#alarm = alarms.set(renewal, () => this.#renew((t2 ?? lease * 0.875) - renewal));
  }

  #renew(untilRebinding: number): void {
    const { server } = this.#bound!;
    this.state = "renewing";
    this.#send("request", [], server);
    this.#alarm = this.#options.alarms.set(untilRebinding, () =>
      this.#repeat(FIRST_RETRY, () => this.#send("request", [])),
    );
  }

  #repeat(wait: number, send: () => void): void {
    this.#options.alarms.cancel(this.#alarm);
    this.#alarm = this.#options.alarms.set(wait, () => this.#repeat(Math.min(2 * wait, LAST_RETRY), send));
    send();
  }

  #send(type: DhcpType, options: readonly (readonly [number, number])[], server?: Ip): void {
    const client = this.#bound?.address ?? 0;
    const { mac } = this.#options;
    const about = server !== undefined && type === "release" ? [[OPTION.server, server] as const] : options;
    const words = new Map(about.map(([code, value]) => [code, word(value)]));
    const none = { yours: 0, relay: 0, broadcast: false };
    this.#options.send(buildDhcp({ type, xid: this.#xid, client, mac, options: words, ...none }), server);
  }

  #quiet(): void {
    this.#options.alarms.cancel(this.#alarm);
    this.#options.alarms.cancel(this.#expiry);
  }

  #lose(): void {
    this.#quiet();
    if (this.#bound) this.#options.onChange(null);
    this.#bound = undefined;
    this.#offer = undefined;
  }
}
