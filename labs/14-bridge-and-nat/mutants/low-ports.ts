/**
 * Wrong: gives out ports below 1024.
 * Breaks clause: C8
 * Caught by: outbound: low ports
 * Caught by hidden: outbound: low ports
 */
import type {
  Arriving,
  BridgeAndNat,
  Endpoint,
  ForwardingTable,
  Leaving,
  Mapping,
  Seen,
  Translations,
} from "ringlab/labs/14-bridge-and-nat/component";

const isGroup = (mac: number): boolean => Math.floor(mac / 2 ** 40) % 2 === 1;

function forward(seen: Seen, ports: readonly number[], now: number, table: ForwardingTable): number[] {
  const { port, vlan, source, destination } = seen;
  if (!isGroup(source)) table.set(vlan, source, port, now);
  const entry = isGroup(destination) ? null : table.find(vlan, destination);
  if (entry && ports.includes(entry.port)) return entry.port === port ? [] : [entry.port];
  return ports.filter((other) => other !== port);
}

function age(now: number, table: ForwardingTable): void {
  for (const { vlan, mac, at } of table.entries()) if (now - at > 300) table.remove(vlan, mac);
}

function outbound(packet: Leaving, now: number, table: Translations): number | null {
  const { protocol, address, port, peer } = packet;
  let outside = table.inside(protocol, address, port)?.outside;
  if (outside === undefined) {
    outside = port;
    while (table.outside(protocol, outside)) outside = outside === 65535 ? 1024 : outside + 1;
    if (!table.add(protocol, address, port, outside)) return null;
  }
  table.touch(protocol, outside, peer, now);
  return outside;
}

function inbound(packet: Arriving, _now: number, table: Translations): Endpoint | null {
  const { protocol, port, peer } = packet;
  const mapping = table.outside(protocol, port);
  if (!mapping || !table.knows(protocol, port, peer)) return null;
  return { address: mapping.address, port: mapping.port };
}

function limit({ protocol, established }: Mapping): number {
  if (protocol === "udp") return 300;
  if (protocol === "icmp") return 60;
  return established ? 7440 : 240;
}

function expire(now: number, table: Translations): void {
  for (const mapping of table.entries())
    if (now - mapping.used > limit(mapping)) table.remove(mapping.protocol, mapping.outside);
}

export const component: BridgeAndNat = { forward, age, outbound, inbound, expire };
