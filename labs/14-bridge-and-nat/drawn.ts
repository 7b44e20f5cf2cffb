/** Cases drawn from a seed, for the student's own trials and for the hidden tests. */
import type { Protocol } from "./component.ts";
import { type BridgeDay, group, type Known, type NatDay, station } from "./scenarios.ts";

/** A whole number from 0, below the one given. */
export type Draw = (below: number) => number;

const one = <T>(draw: Draw, of: readonly T[]): T => of[draw(of.length)] as T;

/** Port 4 is none of VLAN 1's any more, port 3 none of VLAN 2's. */
const PORTS = { "1": [1, 2, 3], "2": [1, 2, 4] };

/** Some stations are known; frames, and now and then a look at the clock. */
export function drawBridge(draw: Draw, aging: boolean): BridgeDay {
  const stations = ["a", "b", "c", "d"].map(station);
  const known = [1, 2].flatMap((vlan) =>
    stations.flatMap((mac): Known[] =>
      draw(2) === 0 ? [{ vlan, mac, port: 1 + draw(4), at: draw(3) * 50 }] : [],
    ),
  );
  let now = 100;
  const steps = Array.from({ length: 3 + draw(4) }, (_, at): BridgeDay["steps"][number] => {
    now += one(draw, [1, 50, 100, 150]);
    if (aging && (at === 2 || draw(3) === 0)) return { kind: "clock", now };
    const vlan = 1 + draw(2);
    const source = draw(6) === 0 ? group("g") : one(draw, stations);
    const destination = draw(4) === 0 ? group("g") : one(draw, stations);
    return { kind: "frame", vlan, port: one(draw, PORTS[vlan === 1 ? "1" : "2"]), source, destination, now };
  });
  return { ports: PORTS, known, steps };
}

const INSIDE = [0x0a00_0002, 0x0a00_0003];
const PEERS = [0xc633_6407, 0xcb00_7109];
const GAPS = [1, 30, 60, 61, 180, 240, 241, 300, 301, 7440, 7441];

/** A few endpoints and peers, so that they meet; packets come in for ports that may have been given out. */
export function drawNat(draw: Draw, kinds: readonly ("out" | "in" | "clock")[]): NatDay {
  const base = one(draw, [80, 5000, 65_535]);
  const protocols: readonly Protocol[] = ["udp", "tcp", "icmp"];
  const own = draw(2) === 0 ? protocols : [one(draw, protocols)];
  let now = 0;
  const steps = Array.from({ length: 4 + draw(5) }, (_, at): NatDay["steps"][number] => {
    const kind = at === 0 ? "out" : one(draw, kinds);
    now += kind === "clock" ? one(draw, GAPS) : one(draw, [1, 1, 30, 60]);
    if (kind === "clock") return { kind, now };
    const ports = kind === "out" ? [base, base, 5001] : [Math.max(base, 1024), 5001, 1024, 5000];
    const ends = { address: kind === "out" ? one(draw, INSIDE) : 0, port: one(draw, ports) };
    return { kind, protocol: one(draw, own), ...ends, peer: one(draw, PEERS), now };
  });
  return { limit: one(draw, [2, 8, 8]), steps };
}
