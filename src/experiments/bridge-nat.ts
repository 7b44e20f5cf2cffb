/** Two hosts with guests and a server on one LAN: who can begin to talk to whom, by how the guests are connected, and what it costs. */
import { BRIDGING, microseconds, QUESTIONS, TRANSLATING, TwoHosts, WAYS } from "../systems/io/net.ts";
import { defineExperiment, type Watch } from "./experiment.ts";

const policy = { ...BRIDGING, ...TRANSLATING };
const said = (answered: boolean) => (answered ? "yes" : "no");

export const bridgeNat = defineExperiment({
  name: "bridge-nat",
  title: "Who can begin to talk to whom",
  question:
    "Whom does a guest reach, and who reaches it, on a bridge, behind a NAT, and behind one with forwarded ports, and what does a question with its answer take?",
  parameters: {
    way: { default: WAYS, oneOf: WAYS, unit: "", doc: "how guests are connected", label: "guests are" },
    guests: { default: 2, min: 1, max: 20, integer: true, unit: "guests", doc: "on each of the two hosts" },
    latency: { default: 20, min: 0, max: 1e6, unit: "µs", doc: "of each of the LAN's links" },
    bandwidth: { default: 1, min: 0.001, max: 1000, unit: "Gbit/s", doc: "of each of the LAN's links" },
    size: { default: 400, min: 1, max: 1472, integer: true, unit: "bytes", doc: "of a datagram" },
  },
  columns: {
    from: { label: "from", unit: "" },
    to: { label: "to", unit: "" },
    udp: { label: "answered by UDP", unit: "" },
    tcp: { label: "answered by TCP", unit: "" },
    ping: { label: "answered to an echo", unit: "" },
    first: { label: "first question to answer, 0 without one", unit: "µs" },
    trip: { label: "next question to answer, 0 without one", unit: "µs" },
    work: { label: "hosts' work for it", unit: "cycles" },
    handled: { label: "looked at by switches and NATs", unit: "packets" },
    mappings: { label: "mappings of both NATs, when all have asked all", unit: "entries" },
    stations: { label: "stations in the tables of all switches then", unit: "entries" },
  },
  packets: true,
  run({ way, guests, latency, bandwidth, size }, _seed, watch) {
    const options = { way, guests, policy, size, latency: latency / 1e6, bandwidth: bandwidth * 1e9 };
    const world = (see?: Watch) => new TwoHosts({ ...options, watch: see });
    const busy = world(watch);
    const pairs = busy.stations.flatMap((from, i) =>
      busy.stations.flatMap((to, j) => (from === to ? [] : [{ from, to, i, j }])),
    );
    for (const { from, to } of pairs) for (const question of QUESTIONS) busy.reaches(from, to, question);
    return pairs.map(({ from, to, i, j }) => {
      // Who has talked before has entries: each question is asked in a world of its own.
      const tried: Asked[] = QUESTIONS.map((question) => {
        const fresh = world();
        const ask = () => fresh.asks(fresh.stations[i]!, fresh.stations[j]!, question);
        const first = ask();
        fresh.reset();
        return { first, next: ask(), counts: fresh.counts };
      });
      const [udp, tcp, ping] = tried as [Asked, Asked, Asked];
      return {
        ...{ from: from.name, to: to.name },
        ...{ udp: said(udp.first !== undefined), tcp: said(tcp.first !== undefined) },
        ping: said(ping.first !== undefined),
        ...{ first: microseconds(udp.first ?? 0), trip: microseconds(udp.next ?? 0) },
        ...{ work: udp.counts.cycles, handled: udp.counts.handled },
        ...busy.tables,
      };
    });
  },
});

/** By UDP, TCP and ping, as QUESTIONS has them. */
interface Asked {
  readonly first: number | undefined;
  readonly next: number | undefined;
  readonly counts: { readonly cycles: number; readonly handled: number };
}
