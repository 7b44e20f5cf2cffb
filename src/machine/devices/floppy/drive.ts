/** A floppy drive: its disk turns at 300 rounds a minute, its head is on a cylinder. */
import type { Clock, Timer } from "../../clock.ts";
import { FLOPPIES, type Floppy, sectorsOf } from "../../firmware/floppies.ts";
import type { Stateful, StateReader, StateWriter } from "../../state.ts";
import type { Disk } from "../disk.ts";

const ROUNDS_A_SECOND = 5;
/** Where the head meets the end of its way. */
const LAST_CYLINDER = 82;

export class FloppyDrive implements Stateful {
  readonly disk: Disk | undefined;
  readonly timer: Timer;
  /** Cycles. */
  readonly round: number;
  cylinder = 0;
  target = 0;
  /** The head has not moved since the disk came in (the "disk changed" line). */
  changed = true;
  readonly #shape: Floppy | undefined;

  /** `arrived`: the head is where it was sent. Throws a RangeError for a disk that has no floppy's size. */
  constructor(
    disk: Disk | undefined,
    { clock, hertz }: { clock: Clock; hertz: number },
    arrived: () => void,
  ) {
    this.disk = disk;
    this.#shape = FLOPPIES.find((shape) => sectorsOf(shape) === disk?.sectors);
    if (disk !== undefined && this.#shape === undefined)
      throw new RangeError(
        `a floppy disk of ${disk.sectors} sectors: there are ${FLOPPIES.map(sectorsOf).join(", ")}`,
      );
    this.round = Math.floor(hertz / ROUNDS_A_SECOND);
    this.timer = clock.timer(() => {
      this.cylinder = Math.min(this.target, LAST_CYLINDER);
      this.changed = this.disk === undefined;
      arrived();
    });
  }

  get seeking(): boolean {
    return this.timer.deadline !== Number.POSITIVE_INFINITY;
  }

  /** The number on the disk of a sector (1, 2, …) below the head; undefined: there is none. */
  sector(head: number, sector: number): number | undefined {
    const shape = this.#shape;
    if (shape === undefined || head >= shape.heads || sector < 1 || sector > shape.track) return undefined;
    if (this.cylinder >= shape.cylinders) return undefined;
    return (this.cylinder * shape.heads + head) * shape.track + sector - 1;
  }

  /** The cycle at which a sector has gone by, from its start on, at or after a cycle. */
  passes(sector: number, from: number): number {
    const start = this.#angle(sector - 1);
    const wait = (start - (from % this.round) + this.round) % this.round;
    return from + wait + this.#angle(sector) - start;
  }

  /** The sector that goes by first. */
  next(from: number): number {
    const ends = Array.from({ length: this.#shape?.track ?? 1 }, (_, i) => this.passes(i + 1, from));
    return ends.indexOf(Math.min(...ends)) + 1;
  }

  #angle(sector: number): number {
    return Math.floor((sector * this.round) / (this.#shape?.track ?? 1));
  }

  save(out: StateWriter): void {
    out.double(this.timer.deadline);
    out.int(this.cylinder);
    out.int(this.target);
    out.flag(this.changed);
  }

  load(from: StateReader): void {
    this.timer.deadline = from.double();
    this.cylinder = from.int();
    this.target = from.int();
    this.changed = from.flag();
  }
}
