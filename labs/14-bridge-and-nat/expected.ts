/** What is right, as naively as it can be said; not the reference solution. With a slip: what somebody says who misread a clause. */
import {
  type BridgeDay,
  type Known,
  type NatDay,
  type PacketStep,
  type Row,
  showFrame,
  showIn,
  showKnown,
  showOut,
  showRow,
} from "./scenarios.ts";

export const BRIDGE_SLIPS = [
  "learns nothing",
  "never moves",
  "learns groups",
  "one table for all VLANs",
  "sends back where it came from",
  "floods back",
  "believes in ports that are gone",
  "never forgets",
  "forgets at 300",
  "forgets everything",
] as const;
export type BridgeSlip = (typeof BRIDGE_SLIPS)[number];

const isGroup = (mac: number): boolean => mac.toString(16).padStart(12, "0")[1] === "3";

/** The lines that the scenario `bridge` shows. Sightings are a list; the last one counts. */
export function expectedBridge({ ports, known, steps }: BridgeDay, slip?: BridgeSlip): string[] {
  const is = (one: BridgeSlip) => slip === one;
  let seen: Known[] = [...known];
  const same = (one: Known, vlan: number, mac: number) => one.vlan === vlan && one.mac === mac;
  const lines: string[] = [];
  for (const step of steps) {
    const { now } = step;
    if (step.kind === "clock") {
      const gone = (at: number) => (is("forgets at 300") ? now >= at + 300 : now > at + 300);
      if (!is("never forgets")) seen = seen.filter(({ at }) => !is("forgets everything") && !gone(at));
      continue;
    }
    const { port, vlan, source, destination } = step;
    const learned = seen.some((one) => same(one, vlan, source));
    if (!is("learns nothing") && (!isGroup(source) || is("learns groups"))) {
      const kept = is("never moves") && learned;
      if (!kept)
        seen = [...seen.filter((one) => !same(one, vlan, source)), { vlan, mac: source, port, at: now }];
    }
    const all = ports[String(vlan)]!;
    const others = is("floods back") ? all : all.filter((one) => one !== port);
    const anywhere = is("one table for all VLANs");
    const found = seen.find((one) => same(one, anywhere ? one.vlan : vlan, destination));
    const usable = found && (all.includes(found.port) || is("believes in ports that are gone"));
    const here = found?.port === port && !is("sends back where it came from");
    lines.push(showFrame(step, usable && !isGroup(destination) ? (here ? [] : [found.port]) : others));
  }
  return [...lines, ...seen.map(showKnown).sort()];
}

export const NAT_SLIPS = [
  "a new port each time",
  "ignores a full table",
  "takes low ports",
  "any port above",
  "beyond the last port",
  "protocols share ports",
  "touches once",
  "touched from outside",
  "forgets new peers",
  "lets strangers in",
  "keeps the port outside",
  "never ends",
  "ends at the limit",
  "as long as UDP",
  "TCP is always established",
  "TCP is never established",
] as const;
export type NatSlip = (typeof NAT_SLIPS)[number];

type Held = Row & { peers: number[]; established: boolean };

/** The lines that the scenario `nat` shows. */
export function expectedNat({ limit, steps }: NatDay, slip?: NatSlip): string[] {
  const is = (one: NatSlip) => slip === one;
  let rows: Held[] = [];
  const lines: string[] = [];
  for (const step of steps) {
    const { now } = step;
    if (step.kind === "clock") rows = rows.filter((row) => is("never ends") || !isOver(row, now, slip));
    else if (step.kind === "out") {
      const row = leaves(rows, step, limit, slip);
      lines.push(showOut(step, row?.outside ?? null));
    } else {
      const { protocol, port, peer } = step;
      const row = rows.find((one) => one.protocol === protocol && one.outside === port);
      const asked = row && (row.peers.includes(peer) || is("lets strangers in"));
      if (asked) row.established = true;
      if (asked && is("touched from outside")) Object.assign(row, { used: now });
      const inside = is("keeps the port outside") ? port : row?.port;
      lines.push(showIn(step, asked ? { address: row.address, port: inside! } : null));
    }
  }
  return [...lines, ...rows.map(showRow).sort()];
}

function leaves(rows: Held[], step: PacketStep, limit: number, slip?: NatSlip): Held | undefined {
  const { protocol, address, port, peer, now } = step;
  const mine = (row: Held) => row.protocol === protocol && row.address === address && row.port === port;
  const old = rows.find((row) => mine(row) && (slip !== "a new port each time" || row.peers.includes(peer)));
  if (old) {
    if (slip !== "forgets new peers") old.peers.push(peer);
    if (slip !== "touches once") Object.assign(old, { used: now });
    return old;
  }
  if (rows.length >= limit && slip !== "ignores a full table") return undefined;
  const taken = (one: number) =>
    rows.some(
      (row) => row.outside === one && (row.protocol === protocol || slip === "protocols share ports"),
    );
  let outside = port < 1024 && slip !== "takes low ports" ? 1024 : port;
  while (taken(outside)) {
    outside += slip === "any port above" ? 2 : 1;
    if (outside > 65_535 && slip !== "beyond the last port") outside = 1024;
  }
  const row = { protocol, address, port, outside, used: now, peers: [peer], established: false };
  rows.push(row);
  return row;
}

function isOver({ protocol, used, established }: Held, now: number, slip?: NatSlip): boolean {
  const long = slip === "TCP is always established" || (established && slip !== "TCP is never established");
  const limits = { udp: 300, icmp: 60, tcp: long ? 7440 : 240 };
  const limit = slip === "as long as UDP" ? 300 : limits[protocol];
  return slip === "ends at the limit" ? now >= used + limit : now > used + limit;
}
