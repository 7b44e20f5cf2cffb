/** One processor and one disk, each of which serves whoever comes in turn. Times in nanoseconds. */

export interface Due {
  readonly cpu: number;
  readonly disk: number;
}

export class Timeline {
  #cpu = 0;
  #disk = 0;

  /** When work that is ready at `from` is done: first the processor's part, then the disk's. */
  serve(from: number, { cpu, disk }: Due): number {
    let at = from;
    if (cpu > 0) {
      at = Math.max(at, this.#cpu) + cpu;
      this.#cpu = at;
    }
    if (disk > 0) {
      at = Math.max(at, this.#disk) + disk;
      this.#disk = at;
    }
    return at;
  }
}
