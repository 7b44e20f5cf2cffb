import { expect, test } from "vitest";
import { BRIDGING, TRANSLATING, TwoHosts, type Way } from "../../../src/systems/io/net.ts";

const policy = { ...BRIDGING, ...TRANSLATING };
const world = (way: Way) => new TwoHosts({ way, guests: 2, policy });

/** "server > guest 1.1" of all that can begin a conversation, each in a world of its own. */
function conversations(way: Way): string[] {
  const names = world(way).stations.map(({ name }) => name);
  return names.flatMap((_, from) =>
    names.flatMap((__, to) => {
      const all = world(way);
      const [one, other] = [all.stations[from]!, all.stations[to]!];
      return from !== to && all.reaches(one, other) ? [`${one.name} > ${other.name}`] : [];
    }),
  );
}

test("bridged, all reach all; behind a NAT, its own and the server", () => {
  expect(conversations("bridged")).toHaveLength(20);
  expect(conversations("NAT")).toEqual([
    "guest 1.1 > server",
    "guest 1.1 > guest 1.2",
    "guest 1.2 > server",
    "guest 1.2 > guest 1.1",
    "guest 2.1 > server",
    "guest 2.1 > guest 2.2",
    "guest 2.2 > server",
    "guest 2.2 > guest 2.1",
  ]);
});

test("what is forwarded is reached by datagrams and connections, but a gateway answers echoes itself", () => {
  for (const [question, count] of [
    ["UDP", 20],
    ["TCP", 20],
    ["ping", 8],
  ] as const) {
    const all = world("NAT with forwarding");
    const pairs = all.stations.flatMap((from) => all.stations.map((to) => ({ from, to })));
    const reached = pairs.filter(({ from, to }) => from !== to && all.reaches(from, to, question));
    expect(reached).toHaveLength(count);
  }
});

test("a question takes four links, their bits, and the hosts' work", () => {
  const [latency, bandwidth, size] = [1e-3, 1e8, 400];
  const bits = (size + 8 + 20 + 14 + 24) * 8;
  for (const [way, packets] of [
    ["bridged", 2],
    ["NAT", 4],
  ] as const) {
    const all = new TwoHosts({ way, guests: 1, policy, latency, bandwidth, size });
    const [server, guest] = all.stations;
    all.reaches(guest!, server!);
    const cycles = 4 * 3.4e9 * (latency + bits / bandwidth) + packets * 2000;
    expect(all.asks(guest!, server!)! / cycles).toBeCloseTo(1, 6);
  }
});

test("who watches sees the LAN, in the order of time, and no private address", () => {
  const seen: { at: number; frame: Uint8Array }[] = [];
  const watch = (at: number, frame: Uint8Array) => void seen.push({ at, frame });
  const all = new TwoHosts({ way: "NAT", guests: 2, policy, watch });
  for (const station of all.stations.slice(1)) all.reaches(station, all.stations[0]!, "TCP");
  expect(seen.length).toBeGreaterThan(20);
  expect(seen.map(({ at }) => at)).toEqual(seen.map(({ at }) => at).sort((a, b) => a - b));
  for (const { frame } of seen) expect([frame[26], frame[30]]).not.toContain(10);
});

test("a first question finds its neighbours, a second one costs less; a NAT handles each packet once more; a hub lets all see all", () => {
  for (const [way, handled, paid] of [
    ["bridged", 4, 2],
    ["NAT", 6, 4],
  ] as const) {
    const all = world(way);
    const [server, guest] = all.stations;
    const measure = () => {
      all.reset();
      expect(all.reaches(guest!, server!)).toBe(true);
      return { ...all.counts };
    };
    const first = measure();
    const second = measure();
    expect(first.strayed).toBe(0);
    expect(second).toEqual({ handled, copied: 0, strayed: 0, cycles: paid * 2000 });
    expect(first.cycles).toBeGreaterThan(second.cycles);
  }
  const forward: typeof policy.forward = ({ port }, ports) => ports.filter((other) => other !== port);
  const hub = new TwoHosts({ way: "bridged", guests: 2, policy: { ...policy, forward } });
  hub.reaches(hub.stations[1]!, hub.stations[0]!);
  expect(hub.counts.strayed).toBeGreaterThan(0);
});

test("two guests behind two NATs meet when both send first", () => {
  const all = world("NAT");
  const [, one, , other] = all.stations;
  all.send(one!, other!);
  expect(other!.received).toEqual([]);
  expect(all.reaches(other!, one!)).toBe(true);
});
