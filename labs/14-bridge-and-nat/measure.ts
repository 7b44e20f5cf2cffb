/** What lab 14 measures: two hosts on one LAN, whose switches and NATs run on the component. */
import {
  BRIDGING,
  microseconds,
  QUESTIONS,
  type Question,
  TRANSLATING,
  TwoHosts,
  WAYS,
  type Way,
} from "../../src/systems/io/net.ts";
import type { BridgeAndNat } from "./component.ts";

const PLAIN: readonly Way[] = ["bridged", "NAT"];

/** Of all ordered pairs of machines, how many can begin a conversation; each pair in a world of its own. */
export function reachRows(component: BridgeAndNat, sizes: readonly number[]) {
  return PLAIN.flatMap((way) =>
    sizes.map((guests) => {
      const count = 2 * guests + 1;
      let reached = 0;
      for (let from = 0; from < count; from++)
        for (let to = 0; to < count; to++) {
          const world = new TwoHosts({ way, guests, policy: component });
          const [one, other] = [world.stations[from]!, world.stations[to]!];
          if (one !== other && world.reaches(one, other)) reached++;
        }
      const pairs = count * (count - 1);
      return { way, guests, pairs, reached, percent: tenths((100 * reached) / pairs) };
    }),
  );
}

/** From whom to whom; with two guests on each host, those stand for all. */
const PATHS = [
  { path: "own host", from: 1, to: 2 },
  { path: "server", from: 1, to: 0 },
  { path: "other host", from: 1, to: 3 },
  { path: "from server", from: 0, to: 1 },
] as const;

const tenths = (value: number) => Math.round(value * 10) / 10;

/** A question and its answer, the first time and when the ways are known. */
export function roundTripRows(component: BridgeAndNat) {
  return PLAIN.flatMap((way) =>
    PATHS.flatMap(({ path, from, to }) => {
      const world = new TwoHosts({ way, guests: 2, policy: component });
      return ["first", "second"].map((time) => {
        world.reset();
        const cycles = world.asks(world.stations[from]!, world.stations[to]!);
        const answered = cycles === undefined ? "no" : "yes";
        return { path, way, time, answered, trip: tenths(microseconds(cycles ?? 0)), ...world.counts };
      });
    }),
  );
}

/** Pairs of machines, two guests on each host, each pair in a world of its own: what a second datagram with its answer takes. */
export function matrixRows(component: BridgeAndNat) {
  return WAYS.flatMap((way) =>
    pairs(way, component).map(({ world, from, to }) => {
      const udp = world.reaches(from, to) ? "yes" : "no";
      world.reset();
      const trip = tenths(microseconds(world.asks(from, to) ?? 0));
      return { way, from: from.name, to: to.name, udp, trip, work: world.counts.cycles };
    }),
  );
}

/** Of those pairs, how many can begin by a datagram, a connection, an echo. */
export function openRows(component: BridgeAndNat) {
  const count = (way: Way, question: Question) => {
    const all = pairs(way, component);
    const open = all.filter(({ world, from, to }) => world.reaches(from, to, question));
    return `${open.length} of ${all.length}`;
  };
  return WAYS.map((way) => ({
    way,
    ...Object.fromEntries(QUESTIONS.map((question) => [question, count(way, question)])),
  }));
}

function pairs(way: Way, component: BridgeAndNat) {
  const world = () => new TwoHosts({ way, guests: 2, policy: component });
  const numbers = world().stations.map((_, at) => at);
  return numbers.flatMap((one) =>
    numbers
      .filter((other) => other !== one)
      .map((other) => {
        const fresh = world();
        return { world: fresh, from: fresh.stations[one]!, to: fresh.stations[other]! };
      }),
  );
}

/** Two guests behind two NATs: who has sent before, and does the other one's question arrive? */
export function punchRows(component: BridgeAndNat) {
  return [
    { before: "nobody", wait: 0 },
    { before: "the one that is asked", wait: 0 },
    { before: "the one that is asked, 301 s ago", wait: 301 },
  ].map(({ before, wait }) => {
    const world = new TwoHosts({ way: "NAT", guests: 2, policy: component });
    const [, asking, , asked] = world.stations;
    if (before !== "nobody") world.send(asked!, asking!);
    world.wait(wait);
    return { "has sent before": before, answered: world.reaches(asking!, asked!) ? "yes" : "no" };
  });
}

/** The simulator's own. */
export const REFERENCE: BridgeAndNat = {
  ...BRIDGING,
  ...TRANSLATING,
  forward: (...given) => [...BRIDGING.forward(...given)],
  inbound(...given) {
    const to = TRANSLATING.inbound(...given);
    return to && { address: to.address, port: to.port };
  },
};

/** Opens the lab. */
export const openingRows = (sizes: readonly number[]) =>
  reachRows(REFERENCE, sizes).map((row) => ({ ...row, way: row.way === "bridged" ? "way A" : "way B" }));
