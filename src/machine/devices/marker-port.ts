/**
 * The port at which a guest marks the start and the end of what is to be measured: one OUT notes the cycle, the instructions and all
 * event counters. On QEMU and Bochs nothing listens at E1h, so the same guest runs there unchanged.
 */
import type { PortDevice } from "../bus.ts";
import type { Clock } from "../clock.ts";
import type { Stateful, StateReader, StateWriter } from "../state.ts";
import { EVENT, EVENTS, type EventName, type Trace } from "../trace.ts";

export const MARKER_PORT = 0xe1;
/** A guest that marks without end must not fill the host's memory. */
const MOST = 1 << 13;

export interface Mark {
  /** What the guest wrote. */
  readonly label: number;
  readonly cycle: number;
  readonly retired: number;
  readonly counts: Readonly<Record<EventName, number>>;
}

/** The counters of the processor that executes the guest. */
export interface Meter {
  readonly clock: Clock;
  readonly trace: Trace;
  retired(): number;
}

export class MarkerPort implements PortDevice, Stateful {
  /** In the order of time; once there are 8192, later ones are only counted as events. */
  readonly marks: Mark[] = [];
  /** Called with each mark that is noted: for counters that are not the machine's own. */
  onMark: (mark: Mark) => void = () => {};
  readonly #meter: Meter;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  in(_port: number, size: number): number {
    return 2 ** (8 * size) - 1;
  }

  out(_port: number, value: number): void {
    const { clock, trace } = this.#meter;
    trace.event(EVENT.marker, value);
    if (this.marks.length === MOST) return;
    const counts = Object.fromEntries(EVENTS.map((name) => [name, trace.count(name)])) as Mark["counts"];
    const mark = { label: value, cycle: clock.now, retired: this.#meter.retired(), counts };
    this.marks.push(mark);
    this.onMark(mark);
  }

  save(out: StateWriter): void {
    out.section("marks");
    out.int(this.marks.length);
    for (const { label, cycle, retired, counts } of this.marks) {
      for (const value of [label, cycle, retired]) out.double(value);
      for (const name of EVENTS) out.double(counts[name]);
    }
  }

  load(from: StateReader): void {
    from.section("marks");
    this.marks.length = 0;
    for (let rest = from.int(); rest > 0; rest--) {
      const [label, cycle, retired] = [from.double(), from.double(), from.double()];
      const counts = Object.fromEntries(EVENTS.map((name) => [name, from.double()])) as Mark["counts"];
      this.marks.push({ label, cycle, retired, counts });
    }
  }
}
