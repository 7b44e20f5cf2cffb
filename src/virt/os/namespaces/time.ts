/**
 * Time namespaces: time_namespaces(7). The clocks that count from the start of the machine are shown with an offset, so that a container
 * that moved between machines sees them go on. Offsets are those against the machine's own clock, whatever the depth.
 */
import { refuse } from "../errno.ts";
import type { UserNamespace } from "./user.ts";

export const CLOCKS = ["monotonic", "boottime"] as const;
export type ClockName = (typeof CLOCKS)[number];

/** Since the machine's start, or an offset; nanoseconds are 0 … 999 999 999, so −0.5 s is {−1, 500 000 000}. */
export interface TimeSpan {
  readonly seconds: number;
  readonly nanoseconds: number;
}
export const ZERO: TimeSpan = { seconds: 0, nanoseconds: 0 };

const BILLION = 1_000_000_000;
/** What 64 bits of nanoseconds hold, in seconds. */
const MOST_SECONDS = 9_223_372_036;

export function add(a: TimeSpan, b: TimeSpan): TimeSpan {
  const nanoseconds = a.nanoseconds + b.nanoseconds;
  const carry = nanoseconds >= BILLION ? 1 : 0;
  return { seconds: a.seconds + b.seconds + carry, nanoseconds: nanoseconds - carry * BILLION };
}

/** Without offsets; whoever drives the kernel moves them. */
export type Clocks = Record<ClockName, TimeSpan>;

export class TimeNamespace {
  readonly kind = "time";
  readonly userNamespace: UserNamespace;
  readonly clocks: Clocks;
  offsets: Readonly<Record<ClockName, TimeSpan>>;
  /** Somebody lives here: the offsets stay. */
  frozen: boolean;

  constructor(userNamespace: UserNamespace, from: Clocks | TimeNamespace) {
    const parent = from instanceof TimeNamespace ? from : undefined;
    this.userNamespace = userNamespace;
    this.clocks = parent?.clocks ?? (from as Clocks);
    this.offsets = parent?.offsets ?? { monotonic: ZERO, boottime: ZERO };
    this.frozen = !parent;
  }

  now(clock: ClockName): TimeSpan {
    return add(this.clocks[clock], this.offsets[clock]);
  }

  /** A write to /proc/PID/timens_offsets; all lines or none. */
  setOffsets(offsets: ReadonlyMap<ClockName, TimeSpan>): void {
    for (const [clock, offset] of offsets) {
      if (Math.abs(offset.seconds) > MOST_SECONDS) refuse("ERANGE");
      const { seconds } = add(this.clocks[clock], offset);
      if (seconds < 0 || seconds > Math.floor(MOST_SECONDS / 2)) refuse("ERANGE");
    }
    if (this.frozen) refuse("EACCES");
    this.offsets = { ...this.offsets, ...Object.fromEntries(offsets) };
  }
}
