/** Hostile frames on access ports and trunks against a naive second switch: a list of sightings, searched from its beginning. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, test } from "vitest";
import { cable } from "../../../../src/machine/devices/network.ts";
import { BROADCAST_MAC } from "../../../../src/virt/io/net/address.ts";
import { type Membership, VirtualSwitch } from "../../../../src/virt/io/net/switch.ts";

const PORTS: Membership[] = [
  ...[{ access: 1 }, { access: 1 }, { access: 20 }, { access: 30 }],
  ...[{ trunk: [1, 20] }, { trunk: [20, 30], native: 1 }, { trunk: [20], native: 30 }],
];
const CAPACITY = 6;
const STATIONS = Array.from({ length: 8 }, (_, at) => 0x0200_0000_0000 + at);

const member = (port: Membership, vlan: number) =>
  "access" in port ? port.access === vlan : port.native === vlan || port.trunk.includes(vlan);
/** The VLAN of what has no tag. */
const untagged = (port: Membership) => ("access" in port ? port.access : port.native);

interface Sent {
  readonly port: number;
  readonly source: number;
  readonly destination: number;
  readonly tags: readonly number[];
}

function bytesOf({ source, destination, tags }: Sent): Uint8Array {
  const octets = (mac: number) => mac.toString(16).padStart(12, "0").match(/../g)!;
  const tagged = tags.flatMap((tag) => ["81", "00", ...tag.toString(16).padStart(4, "0").match(/../g)!]);
  const head = [...octets(destination), ...octets(source), ...tagged, "88", "b5"];
  return Uint8Array.from({ length: 64 }, (_, at) => (head[at] ? Number.parseInt(head[at], 16) : at));
}

class NaiveSwitch {
  seen: { vlan: number; mac: number; port: number; at: number }[] = [];

  /** "port:tag" of each copy. */
  send({ port, source, destination, tags }: Sent, now: number): string[] {
    const [outer, inner] = tags.map((tag) => tag % 4096);
    if (tags.length > 1 && inner !== undefined) return [];
    if (outer === 4095) return [];
    const own = untagged(PORTS[port]!);
    const vlan = outer ? ("trunk" in PORTS[port]! && member(PORTS[port]!, outer) ? outer : undefined) : own;
    if (vlan === undefined || (destination >= 0x0180_c200_0000 && destination <= 0x0180_c200_000f)) return [];
    this.seen = this.seen.filter(({ at }) => now - at <= 300);
    const isGroup = (mac: number) => "13579bdf".includes(mac.toString(16).padStart(12, "0")[1]!);
    const known = this.seen.find((one) => one.vlan === vlan && one.mac === source);
    if (known) Object.assign(known, { port, at: now });
    else if (!isGroup(source) && this.seen.length < CAPACITY)
      this.seen.push({ vlan, mac: source, port, at: now });
    const to = isGroup(destination)
      ? undefined
      : this.seen.find((one) => one.vlan === vlan && one.mac === destination);
    return PORTS.flatMap((one, at) => {
      if (at === port || !member(one, vlan) || (to && to.port !== at)) return [];
      return [`${at}:${untagged(one) === vlan ? "" : vlan}`];
    });
  }
}

test("the same copies leave by the same ports with the same tags, and no frame leaves its VLAN", () => {
  const time = { now: 1 };
  const bridge = new VirtualSwitch({ now: () => time.now, capacity: CAPACITY });
  const naive = new NaiveSwitch();
  let out: string[] = [];
  const ends = PORTS.map((membership, port) => {
    const [inside, outside] = cable();
    bridge.plug(inside, membership);
    outside.onFrame = (bytes) => {
      const tag = bytes[12] === 0x81 && bytes[13] === 0 ? ((bytes[14]! & 15) << 8) | bytes[15]! : "";
      out.push(`${port}:${tag}`);
    };
    return outside;
  });
  const generator = xoroshiro128plus(17);
  const draw = (below: number) => uniformInt(generator, 0, below - 1);
  const pick = <T>(list: readonly T[]): T => list[draw(list.length)]!;
  const tag = () => pick([0, 1, 20, 30, 40, 4095]) + 4096 * pick([0, 0, 14]);
  let copies = 0;
  let full = 0;
  for (let round = 0; round < 2500; round++) {
    time.now += pick([0, 0, 0, 1, 20, draw(40) ? 0 : 301]);
    const sent = {
      port: draw(PORTS.length),
      source: draw(10) ? pick(STATIONS) : pick([BROADCAST_MAC, 0x0300_0000_0001, 0x0180_c200_0003]),
      destination: draw(4) ? pick(STATIONS) : pick([BROADCAST_MAC, 0x0180_c200_0001, 0x0300_0000_0009]),
      tags: Array.from({ length: pick([0, 0, 1, 1, 1, 2]) }, tag),
    };
    out = [];
    ends[sent.port]!.transmit(bytesOf(sent));
    expect(out.sort(), `round ${round}: ${JSON.stringify(sent)}`).toEqual(naive.send(sent, time.now).sort());
    copies += out.length;
    const stations = bridge.stations();
    expect(stations.length).toBeLessThanOrEqual(CAPACITY);
    if (stations.length === CAPACITY) full++;
  }
  expect([copies > 1000, full > 400, full < 2400]).toEqual([true, true, true]);
});

test("a tag within a tag does not come out as a tag on a native VLAN", () => {
  const bridge = new VirtualSwitch();
  const ports = ([{ access: 1 }, { trunk: [20], native: 1 }, { trunk: [20], native: 1 }] as const).map(
    (one) => {
      const [inside, outside] = cable();
      bridge.plug(inside, one);
      return outside;
    },
  );
  let came = 0;
  for (const port of ports) port.onFrame = () => came++;
  const frame = { source: STATIONS[0]!, destination: BROADCAST_MAC };
  ports[0]!.transmit(bytesOf({ ...frame, port: 0, tags: [0, 20] }));
  ports[1]!.transmit(bytesOf({ ...frame, port: 1, tags: [1, 20] }));
  expect([came, bridge.drops.get("bridge: a tag within a tag")]).toEqual([0, 2]);
});

test("when a flood of invented stations has aged, an honest one is learned again", () => {
  const time = { now: 0 };
  const bridge = new VirtualSwitch({ now: () => time.now, capacity: 4 });
  const ends = [0, 1, 2].map(() => {
    const [inside, outside] = cable();
    bridge.plug(inside);
    return outside;
  });
  const heard = [0, 0, 0];
  for (const [at, end] of ends.entries())
    end.onFrame = () => {
      heard[at]!++;
    };
  const send = (port: number, source: number, destination: number) =>
    ends[port]!.transmit(bytesOf({ port, source, destination, tags: [] }));
  for (let at = 0; at < 50; at++) send(0, 0x0600_0000_0000 + at, BROADCAST_MAC);
  const [one, other] = STATIONS as [number, number];
  send(1, one, other);
  heard.fill(0);
  // Not learned, so what is for it is seen by everybody.
  send(2, other, one);
  expect(heard).toEqual([1, 1, 0]);
  time.now = 301;
  send(1, one, other);
  heard.fill(0);
  send(2, other, one);
  expect(heard).toEqual([0, 1, 0]);
});
