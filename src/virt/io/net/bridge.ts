/** How a bridge decides where a frame goes: the contract, and our own way (IEEE 802.1Q-2018, clause 8). */
import { isGroup, type Mac } from "./address.ts";

/** IEEE 802.1Q-2018, table 8-6: the recommended ageing time of a learned entry, in seconds. */
export const AGEING = 300;
export interface Entry {
  readonly port: number;
  /** Seconds. */
  readonly at: number;
}

/** Where stations were seen: in each VLAN by itself (independent learning, IEEE 802.1Q-2018, 8.8.8). */
export interface ForwardingTable {
  find(vlan: number, mac: Mac): Entry | null;
  set(vlan: number, mac: Mac, port: number, at: number): void;
  remove(vlan: number, mac: Mac): void;
  entries(): readonly {
    readonly vlan: number;
    readonly mac: Mac;
    readonly port: number;
    readonly at: number;
  }[];
}

/** A frame at a port of the bridge. */
export interface Seen {
  readonly port: number;
  readonly vlan: number;
  readonly source: Mac;
  readonly destination: Mac;
}

/** What decides; the bridge does the rest. */
export interface BridgePolicy {
  learn(seen: Seen, now: number, table: ForwardingTable): void;
  /** Of the ports of the VLAN those that the frame leaves by. */
  forward(seen: Seen, ports: readonly number[], table: ForwardingTable): readonly number[];
  age(now: number, table: ForwardingTable): void;
}

/** IEEE 802.1Q-2018: 8.7 the learning process, 8.6 the forwarding process, 8.8.3 ageing. */
export const BRIDGING: BridgePolicy = {
  learn({ port, vlan, source }, now, table) {
    if (!isGroup(source)) table.set(vlan, source, port, now);
  },
  forward({ port, vlan, destination }, ports, table) {
    const entry = isGroup(destination) ? null : table.find(vlan, destination);
    if (entry && ports.includes(entry.port)) return entry.port === port ? [] : [entry.port];
    return ports.filter((other) => other !== port);
  },
  age(now, table) {
    for (const { vlan, mac, at } of table.entries()) if (now - at > AGEING) table.remove(vlan, mac);
  },
};
