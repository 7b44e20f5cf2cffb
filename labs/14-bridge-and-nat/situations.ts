/** Days of bridges and NATs, in words. */
import { ip } from "../../src/systems/io/net.ts";
import type { Protocol } from "./component.ts";
import { type BridgeDay, group, type NatDay, station } from "./scenarios.ts";

const mac = (letter: string) => (letter === "G" ? group("g") : station(letter));

/** "1:2:a>b@3": in VLAN 1 at port 2 a frame from a to b, at 3 s; G is a group. Known are "1:a:2@0": in VLAN 1 a at port 2, seen at 0 s. */
export function bridgeDay(steps: string, known = ""): BridgeDay {
  return {
    ports: { "1": [1, 2, 3], "2": [1, 2, 3] },
    known: words(known).map(({ parts: [vlan, letter, port], at }) => ({
      ...{ vlan: Number(vlan), mac: mac(letter!), port: Number(port), at },
    })),
    steps: words(steps).map(({ parts: [vlan, port, ends], at }) => {
      if (vlan === "clock") return { kind: "clock", now: at };
      const [source, destination] = ends!.split(">") as [string, string];
      return {
        ...{ kind: "frame", port: Number(port), vlan: Number(vlan), now: at },
        ...{ source: mac(source), destination: mac(destination) },
      };
    }),
  };
}

const HOSTS: Readonly<Record<string, number>> = {
  ...{ A: ip("10.0.0.2"), B: ip("10.0.0.3"), P: ip("198.51.100.7"), Q: ip("203.0.113.9") },
};

/** "out:udp:A:5000:P@1 in:udp:5000:P@2 clock@300": A and B are inside, P and Q are peers. */
export function natDay(text: string, limit: number): NatDay {
  const steps = words(text).map(({ parts: [kind, protocol, ...rest], at }): NatDay["steps"][number] => {
    if (kind === "clock") return { kind, now: at };
    const [address, port, peer] = kind === "out" ? rest : ["", ...rest];
    return {
      ...{ kind: kind === "out" ? "out" : "in", protocol: protocol as Protocol, now: at },
      ...{ address: HOSTS[address!] ?? 0, port: Number(port), peer: HOSTS[peer!]! },
    };
  });
  return { limit, steps };
}

const words = (text: string) =>
  text
    .split(" ")
    .filter(Boolean)
    .map((word) => {
      const [what, at] = word.split("@") as [string, string];
      return { parts: what.split(":"), at: Number(at) };
    });
