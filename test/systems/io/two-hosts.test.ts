import { expect, test } from "vitest";
import { BRIDGING, TRANSLATING, TwoHosts, type Way } from "../../../src/systems/io/net.ts";

const world = (way: Way) => new TwoHosts(way, 2, { ...BRIDGING, ...TRANSLATING });

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

test("a learned way strays nowhere and costs less than the first one; a NAT handles each packet once more", () => {
  for (const [way, handled] of [
    ["bridged", 4],
    ["NAT", 6],
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
    expect(first.strayed).toBeGreaterThan(0);
    expect(second).toEqual({ handled, copied: 0, strayed: 0, cycles: handled * 2000 });
    expect(first.cycles).toBeGreaterThan(second.cycles);
  }
});

test("two guests behind two NATs meet when both send first", () => {
  const all = world("NAT");
  const [, one, , other] = all.stations;
  all.send(one!, other!);
  expect(other!.received).toEqual([]);
  expect(all.reaches(other!, one!)).toBe(true);
});
