/**
 * Event channels (event_channel.h): a port of one domain bound to a port of another, to a virtual or to a physical interrupt.
 *
 *     free ──alloc_unbound──▶ unbound ──the other side's bind_interdomain──▶ interdomain ──its close──▶ unbound
 *       └──bind_virq, bind_pirq──▶ virq, pirq                                any ──close──▶ free
 */
import type { IoLedger } from "../backend.ts";
import { DOMID_SELF, EEXIST, EINVAL, ENOSPC, EPERM, ESRCH, EVTCHNSTAT, VIRQ } from "./abi/numbers.ts";
import type { Domain } from "./domain.ts";
import { CHANNELS } from "./shared-info.ts";

type Channel =
  | { readonly state: "unbound"; readonly domain: number }
  | { readonly state: "interdomain"; readonly domain: number; readonly port: number }
  | { readonly state: "virq"; readonly line: number }
  | { readonly state: "pirq"; readonly line: number };

/** What `status` tells. */
export interface ChannelStatus {
  readonly status: number;
  readonly domain?: number;
  readonly port?: number;
  readonly line?: number;
}

const LINES = 256;

export interface EventChannelsParts {
  readonly ledger: IoLedger;
  domain(id: number): Domain | undefined;
}

/** Methods return a port or 0, or a negative error number. Port 0 is never given out. */
export class EventChannels {
  readonly #parts: EventChannelsParts;
  readonly #ports = new Map<number, Map<number, Channel>>();

  constructor(parts: EventChannelsParts) {
    this.#parts = parts;
  }

  create(owner: Domain): void {
    this.#ports.set(owner.id, new Map());
  }

  destroy(owner: Domain): void {
    for (const port of [...this.#of(owner).keys()]) this.close(owner, port);
    this.#ports.delete(owner.id);
  }

  /** A port of `domain`'s that `remote` may bind; for another domain only Domain 0 may ask. */
  allocUnbound(caller: Domain, domain: number, remote: number): number {
    const owner = domain === DOMID_SELF ? caller : this.#parts.domain(domain);
    if (owner === undefined) return ESRCH;
    if (owner !== caller && !caller.privileged) return EPERM;
    return this.#open(owner, { state: "unbound", domain: remote === DOMID_SELF ? caller.id : remote });
  }

  bindInterdomain(caller: Domain, remote: number, remotePort: number): number {
    const other = this.#parts.domain(remote === DOMID_SELF ? caller.id : remote);
    if (other === undefined) return ESRCH;
    const waiting = this.#of(other).get(remotePort);
    if (waiting?.state !== "unbound" || waiting.domain !== caller.id) return EINVAL;
    const port = this.#open(caller, { state: "interdomain", domain: other.id, port: remotePort });
    if (port < 0) return port;
    this.#of(other).set(remotePort, { state: "interdomain", domain: caller.id, port });
    // Events that were sent before somebody listened are lost: one is due in any case.
    this.#raise(caller, port);
    return port;
  }

  bindVirq(caller: Domain, virq: number): number {
    if (!(virq >= 0 && virq <= VIRQ.last)) return EINVAL;
    if (this.#line(caller, "virq", virq) !== undefined) return EEXIST;
    return this.#open(caller, { state: "virq", line: virq });
  }

  /** Interrupts of the hardware are for whom has the privilege. */
  bindPirq(caller: Domain, line: number): number {
    if (!caller.privileged && !caller.lines.includes(line)) return EPERM;
    if (!(line >= 0 && line < LINES)) return EINVAL;
    if (this.#line(caller, "pirq", line) !== undefined) return EEXIST;
    return this.#open(caller, { state: "pirq", line });
  }

  close(caller: Domain, port: number): number {
    const channel = this.#of(caller).get(port);
    if (channel === undefined) return EINVAL;
    this.#of(caller).delete(port);
    caller.shared.clear(port);
    if (channel.state !== "interdomain") return 0;
    this.#ports.get(channel.domain)?.set(channel.port, { state: "unbound", domain: caller.id });
    return 0;
  }

  send(caller: Domain, port: number): number {
    const channel = this.#of(caller).get(port);
    if (channel === undefined || channel.state === "virq" || channel.state === "pirq") return EINVAL;
    this.#parts.ledger.pay("eventSend", port);
    if (channel.state === "unbound") return 0;
    const other = this.#parts.domain(channel.domain);
    if (other !== undefined) this.#raise(other, channel.port);
    return 0;
  }

  status(caller: Domain, domain: number, port: number): ChannelStatus | number {
    const owner = domain === DOMID_SELF ? caller : this.#parts.domain(domain);
    if (owner === undefined) return ESRCH;
    if (owner !== caller && !caller.privileged) return EPERM;
    if (!(port > 0 && port < CHANNELS)) return EINVAL;
    const channel = this.#of(owner).get(port);
    if (channel === undefined) return { status: EVTCHNSTAT.closed };
    const { state, ...rest } = channel;
    return { status: EVTCHNSTAT[state], ...rest };
  }

  unmask(caller: Domain, port: number): number {
    if (!(port >= 0 && port < CHANNELS)) return EINVAL;
    if (caller.shared.unmask(port)) caller.onUpcall();
    return 0;
  }

  /** The hypervisor's own events: a virtual interrupt, or one of the hardware. False: the domain does not listen. */
  interrupt(domain: Domain, kind: "virq" | "pirq", line: number): boolean {
    const port = this.#line(domain, kind, line);
    if (port === undefined) return false;
    this.#raise(domain, port);
    return true;
  }

  #raise(domain: Domain, port: number): void {
    if (domain.shared.raise(port)) domain.onUpcall();
  }

  #open(owner: Domain, channel: Channel): number {
    const ports = this.#of(owner);
    for (let port = 1; port < CHANNELS; port++)
      if (!ports.has(port)) {
        ports.set(port, channel);
        return port;
      }
    return ENOSPC;
  }

  #line(owner: Domain, kind: "virq" | "pirq", line: number): number | undefined {
    for (const [port, channel] of this.#of(owner))
      if (channel.state === kind && channel.line === line) return port;
    return undefined;
  }

  #of(owner: Domain): Map<number, Channel> {
    const ports = this.#ports.get(owner.id);
    if (ports === undefined) throw new Error(`invariant: domain ${owner.id} has no event channels`);
    return ports;
  }
}
