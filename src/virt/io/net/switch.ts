/**
 * A virtual switch: a learning bridge with VLANs between virtual machines and the host's cable.
 *
 *     frame in ──▶ VLAN of the port or tag ──▶ learn the source ──▶ known: its port · unknown or group: all others ──▶ tagged or not
 */
import type { NetworkPort } from "../../../machine/devices/network.ts";
import { FREE, type IoLedger, lines } from "../backend.ts";
import type { Mac } from "./address.ts";
import { BRIDGING, type BridgePolicy } from "./bridge.ts";
import { Malformed } from "./bytes.ts";
import { StationTable } from "./forwarding-table.ts";
import { buildFrame, ETHERTYPE, type Frame, parseFrame } from "./frame.ts";

/** 01-80-C2-00-00-00 … 0F: no bridge forwards these (IEEE 802.1Q-2018, table 8-1). */
const RESERVED: Mac = 0x0180_c200_0000;

/** An access port is in one VLAN and knows no tags; a trunk carries several with tags, and what has none is in the native one. */
export type Membership =
  | { readonly access: number }
  | { readonly trunk: readonly number[]; readonly native?: number };

export interface SwitchOptions {
  readonly policy?: BridgePolicy;
  readonly ledger?: IoLedger;
  /** Seconds; without it nothing ages. */
  readonly now?: () => number;
  /** Stations that it remembers at most. */
  readonly capacity?: number;
}

interface Port {
  readonly end: NetworkPort;
  readonly membership: Membership;
}

export class VirtualSwitch {
  /** By their numbers; one that was unplugged leaves a hole. */
  readonly #ports = new Map<number, Port>();
  #last = -1;
  readonly #table: StationTable;
  readonly #policy: BridgePolicy;
  readonly #ledger: IoLedger;
  readonly #now: () => number;
  #mirror: ((frame: Uint8Array) => void) | undefined;
  #aged = 0;
  /** Frames dropped, by reason. */
  readonly drops = new Map<string, number>();

  constructor({ policy = BRIDGING, ledger = FREE, now = () => 0, capacity = 8192 }: SwitchOptions = {}) {
    this.#policy = policy;
    this.#ledger = ledger;
    this.#now = now;
    this.#table = new StationTable(capacity);
  }

  /** Plugs the switch into an end of a cable; the number of its port. VLAN 1 when nothing else is said. */
  plug(end: NetworkPort, membership: Membership = { access: 1 }): number {
    const port = ++this.#last;
    this.#ports.set(port, { end, membership });
    end.onFrame = (frame) => this.#receive(port, frame);
    return port;
  }

  /** What was learned at the port is forgotten with it. */
  unplug(port: number): void {
    const end = this.#ports.get(port)?.end;
    if (!end) return;
    end.onFrame = () => {};
    this.#ports.delete(port);
    for (const { vlan, mac, port: at } of this.#table.entries())
      if (at === port) this.#table.remove(vlan, mac);
  }

  /** Every frame that comes in is shown there as well: a mirror port. */
  mirror(sink: (frame: Uint8Array) => void): void {
    this.#mirror = sink;
  }

  /** What it has learned. */
  stations() {
    return this.#table.entries();
  }

  #drop(reason: string): void {
    this.drops.set(reason, (this.drops.get(reason) ?? 0) + 1);
  }

  #receive(port: number, bytes: Uint8Array): void {
    this.#mirror?.(bytes);
    const frame = parseFrame(bytes);
    if (frame instanceof Malformed) {
      this.#drop(frame.reason);
      return;
    }
    const vlan = admitted(this.#ports.get(port)!.membership, frame);
    // Without its outer tag it would go on as if it were of the inner one's VLAN.
    if (frame.vlan !== undefined && frame.type === ETHERTYPE.vlan) this.#drop("bridge: a tag within a tag");
    else if (frame.destination - (frame.destination % 16) === RESERVED)
      this.#drop("bridge: reserved address");
    else if (vlan === undefined) this.#drop("bridge: not a VLAN of this port");
    else this.#forward(port, vlan, frame, bytes);
  }

  #forward(port: number, vlan: number, frame: Frame, bytes: Uint8Array): void {
    const now = this.#now();
    if (now - this.#aged >= 1) {
      this.#aged = now;
      this.#policy.age(now, this.#table);
    }
    const seen = { port, vlan, source: frame.source, destination: frame.destination };
    const members = [...this.#ports.keys()].filter((other) =>
      carries(this.#ports.get(other)!.membership, vlan),
    );
    this.#ledger.pay("packet");
    let copies = 0;
    for (const to of this.#policy.forward(seen, members, now, this.#table)) {
      const out = members.includes(to) && to !== port ? this.#ports.get(to) : undefined;
      if (out === undefined) this.#drop("bridge: no way out there");
      else {
        if (copies++ > 0) this.#ledger.pay("copyLine", 0, lines(bytes.length));
        out.end.transmit(tagged(out.membership, vlan, frame, bytes));
      }
    }
  }
}

const carries = (membership: Membership, vlan: number): boolean =>
  "access" in membership
    ? membership.access === vlan
    : membership.native === vlan || membership.trunk.includes(vlan);

/** The VLAN of a frame that comes in (IEEE 802.1Q-2018, 6.9 and 8.6.2); VLAN 0 is a priority and no VLAN. */
function admitted(membership: Membership, frame: Frame): number | undefined {
  const own = "access" in membership ? membership.access : membership.native;
  if (!frame.vlan) return own;
  return "trunk" in membership && carries(membership, frame.vlan) ? frame.vlan : undefined;
}

/** The frame as the port sends it: the same bytes where its tag needs no change. */
function tagged(membership: Membership, vlan: number, frame: Frame, bytes: Uint8Array): Uint8Array {
  const wanted = "access" in membership || membership.native === vlan ? undefined : vlan;
  if (wanted === frame.vlan) return bytes;
  const priority = wanted === undefined ? undefined : frame.priority;
  return buildFrame({ ...frame, vlan: wanted, priority });
}
