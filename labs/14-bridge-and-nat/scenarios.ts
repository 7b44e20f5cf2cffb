/** The ways in which lab 14 drives a component: frames at a bridge, and packets at a NAT, with the simulator's own tables. */
import { defineScenarios, each, type Scenario } from "../../src/course/index.ts";
import { formatIp, NO_SIGNALS, StationTable, TranslationTable } from "../../src/systems/io/net.ts";
import type { BridgeAndNat, Protocol } from "./component.ts";

export interface Known {
  readonly vlan: number;
  readonly mac: number;
  readonly port: number;
  readonly at: number;
}

export interface FrameStep {
  readonly kind: "frame";
  readonly port: number;
  readonly vlan: number;
  readonly source: number;
  readonly destination: number;
  readonly now: number;
}

/** The table is looked through. */
export interface ClockStep {
  readonly kind: "clock";
  readonly now: number;
}

export interface BridgeDay {
  /** Of each VLAN. */
  readonly ports: { readonly [vlan: string]: readonly number[] };
  readonly known: readonly Known[];
  readonly steps: readonly (FrameStep | ClockStep)[];
}

export interface PacketStep {
  /** `out`: from `address` and `port` inside. `in`: for the NAT's `port`. */
  readonly kind: "out" | "in";
  readonly protocol: Protocol;
  readonly address: number;
  readonly port: number;
  readonly peer: number;
  readonly now: number;
}

export interface NatDay {
  /** Mappings that the table holds at most. */
  readonly limit: number;
  readonly steps: readonly (PacketStep | ClockStep)[];
}

/** Stations a, b, c … are 02:00:00:00:00:61 and so on; a group has the lowest bit of the first octet. */
export const station = (letter: string): number => 0x0200_0000_0000 + letter.charCodeAt(0);
export const group = (letter: string): number => 0x0300_0000_0000 + letter.charCodeAt(0);
const name = (mac: number): string =>
  `${Math.floor(mac / 2 ** 40) % 2 === 1 ? "group " : ""}${String.fromCharCode(mac % 256)}`;

const ports = (list: readonly number[]) => (list.length > 0 ? `port ${list.join(", ")}` : "nowhere");

export const showKnown = ({ vlan, mac, port, at }: Known): string =>
  `VLAN ${vlan}: ${name(mac)} at port ${port}, seen at ${at} s`;

export const showFrame = ({ port, vlan, source, destination, now }: FrameStep, out: readonly number[]) =>
  `${now} s, VLAN ${vlan}, port ${port}: ${name(source)} to ${name(destination)} → ${ports([...out].sort((a, b) => a - b))}`;

const bridge: Scenario<BridgeAndNat, BridgeDay, string[]> = {
  drive(component, day) {
    const table = new StationTable(100);
    for (const { vlan, mac, port, at } of day.known) table.set(vlan, mac, port, at);
    const events = day.steps.flatMap((step) => {
      if (step.kind === "frame") {
        const { port, vlan, source, destination, now } = step;
        const seen = { port, vlan, source, destination };
        return [showFrame(step, component.forward(seen, day.ports[String(vlan)] ?? [], now, table))];
      }
      component.age(step.now, table);
      return [];
    });
    return [...events, ...table.entries().map(showKnown).sort()];
  },
  describe: (day) =>
    [
      ...Object.entries(day.ports).map(([vlan, list]) => `VLAN ${vlan} has ${ports(list)}`),
      ...day.known.map(showKnown),
      ...day.steps.map((step) =>
        step.kind === "clock"
          ? `${step.now} s: age`
          : `${step.now} s, VLAN ${step.vlan}, port ${step.port}: ${name(step.source)} to ${name(step.destination)}`,
      ),
    ].join("\n"),
};

const packet = ({ kind, protocol, address, port, peer, now }: PacketStep): string =>
  kind === "out"
    ? `${now} s, ${protocol} ${formatIp(address)}:${port} to ${formatIp(peer)}`
    : `${now} s, ${protocol} from ${formatIp(peer)} for port ${port}`;

export const showOut = (step: PacketStep, outside: number | null): string =>
  `${packet(step)} → ${outside === null ? "dropped" : `leaves by port ${outside}`}`;

export const showIn = (step: PacketStep, to: { address: number; port: number } | null): string =>
  `${packet(step)} → ${to === null ? "dropped" : `${formatIp(to.address)}:${to.port}`}`;

export interface Row {
  readonly protocol: Protocol;
  readonly address: number;
  readonly port: number;
  readonly outside: number;
  readonly used: number;
}

export const showRow = ({ protocol, address, port, outside, used }: Row): string =>
  `${protocol} ${formatIp(address)}:${port} is port ${outside}, used at ${used} s`;

const nat: Scenario<BridgeAndNat, NatDay, string[]> = {
  drive(component, { limit, steps }) {
    const table = new TranslationTable({ mappings: limit });
    const events = steps.flatMap((step) => {
      if (step.kind === "clock") {
        component.expire(step.now, table);
        return [];
      }
      const { kind, protocol, address, port, peer, now } = step;
      if (kind === "out") {
        const outside = component.outbound({ protocol, address, port, peer }, now, table);
        if (outside !== null) table.observe(protocol, outside, peer, 0, NO_SIGNALS, "inside");
        return [showOut(step, outside)];
      }
      const to = component.inbound({ protocol, port, peer }, now, table);
      if (to) table.observe(protocol, port, peer, 0, NO_SIGNALS, "outside");
      return [showIn(step, to)];
    });
    return [...events, ...table.entries().map(showRow).sort()];
  },
  describe: ({ limit, steps }) =>
    [
      `${limit} mappings at most; TCP that was answered is established`,
      ...steps.map((step) => (step.kind === "clock" ? `${step.now} s: expire` : packet(step))),
    ].join("\n"),
};

export const SCENARIOS = defineScenarios<BridgeAndNat>()({
  bridge,
  nat,
  "bridge-many": each(bridge),
  "nat-many": each(nat),
});
