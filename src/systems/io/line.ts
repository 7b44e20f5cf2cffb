/** A line between two ports: frames enter it one after the other at its rate, and arrive after its latency. */
import type { Clock } from "../../machine/clock.ts";
import type { NetworkPort } from "../../machine/devices/network.ts";
import { joined, wireCycles } from "../../virt/io/net/link.ts";

export interface LineParts {
  readonly clock: Clock;
  /** Cycles a second. */
  readonly hertz: number;
  readonly megabits: number;
  /** Cycles from the end of a frame at one end to the other. */
  readonly latency: number;
  /** The card at the near end keeps the rate by itself, and gives a frame to the line when its last bit is gone. */
  readonly paced: boolean;
}

export interface Line {
  readonly near: NetworkPort;
  readonly far: NetworkPort;
}

export function line({ clock, hertz, megabits, latency, paced }: LineParts): Line {
  const wire = (bytes: number) => Math.ceil(wireCycles(bytes, hertz, megabits * 1e6));
  const counts = { sent: 0, lost: 0, dropped: 0 };
  const common = { clock, latency, queue: Number.POSITIVE_INFINITY, lost: () => false, counts };
  const [near, far] = joined({ ...common, cyclesOf: paced ? () => 0 : wire }, { ...common, cyclesOf: wire });
  return { near, far };
}
