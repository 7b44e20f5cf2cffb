/**
 * A DHCP server for one network (RFC 2131, section 4.3). What it keeps is one lease for each address of its pool, whatever clients invent.
 *
 *     free ── discover ──▶ offered ── request ──▶ bound ── release, expiry ──▶ free       decline ──▶ nobody's, for as long as a lease
 */
import { BROADCAST_IP, BROADCAST_MAC, type Ip, type Mac, networkOf } from "../address.ts";
import { buildDhcp, type Dhcp, type DhcpType, OPTION, word, wordOf } from "./message.ts";

export const SERVER_PORT = 67;
export const CLIENT_PORT = 68;
/** Seconds for which an offer is kept for its client. */
const OFFERED = 30;
/** Renewal and rebinding, as parts of the lease (RFC 2131, section 4.4.5). */
const T1 = 0.5;
const T2 = 0.875;

export interface DhcpServerOptions {
  /** The server's own, and the length of its network's prefix. */
  readonly address: Ip;
  readonly prefix: number;
  /** Addresses that it gives out, both included. */
  readonly first: Ip;
  readonly last: Ip;
  /** The server itself unless said. */
  readonly router?: Ip;
  /** Seconds; an hour unless said. */
  readonly lease?: number;
}

export interface Lease {
  readonly address: Ip;
  readonly client: string;
  readonly state: "offered" | "bound" | "declined";
  readonly until: number;
}

/** A message and where it goes. */
export interface DhcpAnswer {
  readonly bytes: Uint8Array;
  readonly to: Ip;
  /** The station that gets it; undefined: whoever has the address. */
  readonly mac: Mac | undefined;
}

export class DhcpServer {
  readonly #own: Required<DhcpServerOptions>;
  readonly #leases = new Map<Ip, Lease>();
  /** Clients that got nothing because the pool was empty, and messages that were not for this server or made no sense. */
  readonly drops = { exhausted: 0, ignored: 0 };

  /** @throws RangeError when the pool is not inside its network, or holds the server itself */
  constructor(options: DhcpServerOptions) {
    const own = { router: options.address, lease: 3600, ...options };
    const { address, prefix, first, last } = own;
    const near = (one: Ip) => networkOf(one, prefix) === networkOf(address, prefix);
    if (first > last || !near(first) || !near(last) || (address >= first && address <= last))
      throw new RangeError(
        "a DHCP pool is a range of addresses of the server's network, without the server's own",
      );
    this.#own = own;
  }

  /** What is offered, bound or declined now. */
  leases(now: number): readonly Lease[] {
    return [...this.#leases.values()].filter(({ until }) => until > now);
  }

  answer(message: Dhcp, now: number): DhcpAnswer | undefined {
    const handle = HANDLERS[message.type];
    const reply = message.relay === 0 && handle ? handle.call(this, message, now) : undefined;
    if (!reply) this.drops.ignored++;
    return reply || undefined;
  }

  discover(message: Dhcp, now: number): DhcpAnswer | undefined {
    const address = this.#choose(message, now);
    if (address === undefined) {
      this.drops.exhausted++;
      return undefined;
    }
    const held = this.#live(address, now);
    if (held?.state !== "bound")
      this.#leases.set(address, {
        ...{ address, client: clientOf(message), state: "offered", until: now + OFFERED },
      });
    return this.#reply(message, "offer", address);
  }

  /** RFC 2131, section 4.3.2: of a client that selects, that was rebooted, or that renews. */
  request(message: Dhcp, now: number): DhcpAnswer | undefined {
    const server = wordOf(message.options, OPTION.server);
    const requested = wordOf(message.options, OPTION.requested);
    const mine = this.#of(message, now);
    if (server !== undefined && server !== this.#own.address) {
      // It has taken another server's offer.
      if (mine?.state === "offered") this.#leases.delete(mine.address);
      return undefined;
    }
    const wanted = requested ?? message.client;
    if (wanted === 0) return undefined;
    if (mine?.address === wanted) {
      this.#leases.set(wanted, { ...mine, state: "bound", until: now + this.#own.lease });
      return this.#reply(message, "ack", wanted);
    }
    // A server that has no record of a rebooted client stays silent, for another one may have it.
    const rebooted = server === undefined && message.client === 0;
    if (rebooted && !mine && this.#isNear(wanted)) return undefined;
    return this.#reply(message, "nak", 0);
  }

  decline(message: Dhcp, now: number): undefined {
    const mine = this.#of(message, now);
    if (mine && mine.address === wordOf(message.options, OPTION.requested))
      this.#leases.set(mine.address, {
        ...{ ...mine, client: "", state: "declined", until: now + this.#own.lease },
      });
  }

  release(message: Dhcp, now: number): undefined {
    const mine = this.#of(message, now);
    if (mine && mine.address === message.client) this.#leases.delete(mine.address);
  }

  inform(message: Dhcp): DhcpAnswer | undefined {
    return this.#isNear(message.client) ? this.#reply(message, "ack", 0) : undefined;
  }

  #isNear(address: Ip): boolean {
    return networkOf(address, this.#own.prefix) === networkOf(this.#own.address, this.#own.prefix);
  }

  #live(address: Ip, now: number): Lease | undefined {
    const lease = this.#leases.get(address);
    return lease && lease.until > now ? lease : undefined;
  }

  #of(message: Dhcp, now: number): Lease | undefined {
    const client = clientOf(message);
    return this.leases(now).find((lease) => lease.client === client);
  }

  /** Section 4.3.1: what it has or had, then what it asks for, then what was never given, then what is free for longest. */
  #choose(message: Dhcp, now: number): Ip | undefined {
    const { first, last } = this.#own;
    const isFree = (address: Ip) => address >= first && address <= last && !this.#live(address, now);
    const client = clientOf(message);
    const had = [...this.#leases.values()].find((lease) => lease.client === client);
    if (had) return had.address;
    const requested = wordOf(message.options, OPTION.requested);
    if (requested !== undefined && isFree(requested)) return requested;
    for (let address = first; address <= last; address++) if (!this.#leases.has(address)) return address;
    return [...this.#leases.values()]
      .filter(({ until }) => until <= now)
      .sort((one, other) => one.until - other.until)[0]?.address;
  }

  #reply(message: Dhcp, type: DhcpType, yours: Ip): DhcpAnswer {
    const { address, prefix, router, lease } = this.#own;
    const options = new Map([[OPTION.server as number, word(address)]]);
    if (type !== "nak") {
      if (message.type !== "inform") {
        options.set(OPTION.lease, word(lease));
        options.set(OPTION.renewal, word(Math.floor(lease * T1)));
        options.set(OPTION.rebinding, word(Math.floor(lease * T2)));
      }
      options.set(OPTION.mask, word(prefix === 0 ? 0 : (-1 << (32 - prefix)) >>> 0));
      options.set(OPTION.router, word(router));
    }
    const client = type === "ack" ? message.client : 0;
    const bytes = buildDhcp({ ...message, type, yours, client, options });
    // Section 4.1: to its address if it has one, else to all if it wants that, else to its station.
    if (type !== "nak" && message.client !== 0) return { bytes, to: message.client, mac: undefined };
    const all = type === "nak" || message.broadcast;
    return { bytes, to: all ? BROADCAST_IP : yours, mac: all ? BROADCAST_MAC : message.mac };
  }
}

type Handler = (this: DhcpServer, message: Dhcp, now: number) => DhcpAnswer | undefined;
const HANDLERS: Partial<Record<DhcpType, Handler>> = {
  discover: DhcpServer.prototype.discover,
  request: DhcpServer.prototype.request,
  decline: DhcpServer.prototype.decline,
  release: DhcpServer.prototype.release,
  inform: DhcpServer.prototype.inform,
};

/** The client identifier, or the hardware address (RFC 2131, section 4.2). */
const clientOf = ({ mac, options }: Dhcp): string => {
  const identifier = options.get(OPTION.client);
  return identifier && identifier.length > 0 ? `id ${identifier.join(".")}` : `mac ${mac}`;
};
