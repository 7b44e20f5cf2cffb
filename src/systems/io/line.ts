/** A line between two ports: frames enter it one after the other at its rate, and arrive after its latency. */
import type { Clock } from "../../machine/clock.ts";
import type { NetworkPort } from "../../machine/devices/network.ts";

/** FCS, preamble and gap, bytes on the wire (IEEE 802.3). */
const AROUND = 24;
const LEAST = 60;

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
  const wire = (frame: Uint8Array) =>
    Math.ceil(((Math.max(LEAST, frame.length) + AROUND) * 8 * hertz) / (megabits * 1e6));
  /** One direction; `to` is the port at its end. */
  const direction = (to: () => NetworkPort, time: (frame: Uint8Array) => number) => {
    const under: { readonly at: number; readonly frame: Uint8Array }[] = [];
    let free = 0;
    const timer = clock.timer(() => {
      for (let first = under[0]; first !== undefined && first.at <= clock.now; first = under[0]) {
        under.shift();
        to().onFrame(first.frame);
      }
      if (under[0] !== undefined) clock.set(timer, under[0].at);
    });
    return (frame: Uint8Array) => {
      free = Math.max(clock.now, free) + time(frame);
      under.push({ at: free + latency, frame });
      if (under.length === 1) clock.set(timer, free + latency);
    };
  };
  const near: NetworkPort = { transmit: direction(() => far, paced ? () => 0 : wire), onFrame: () => {} };
  const far: NetworkPort = { transmit: direction(() => near, wire), onFrame: () => {} };
  return { near, far };
}
