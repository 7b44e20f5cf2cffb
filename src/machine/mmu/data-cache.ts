/**
 * The data caches as a page walk sees them: a reference costs what its locality earns. Tags only; what an entry says is always read from
 * memory, since x86 caches are coherent. The model reads nothing but page tables through them, so that their sizes are the part of the real
 * caches that page tables hold against the data (profiles/ say which part).
 *
 *     line = address / 64        set = line mod sets        a set: its lines, the most recently used one first
 *
 *     level 1 ─ hit ─▶ its latency
 *        │ miss: the line comes in, the last of the set goes
 *     level 2 ─ hit ─▶ its latency …       none ─▶ memory
 *
 * A level drops a line whatever the other levels hold of it: neither inclusive nor exclusive.
 */
import type { CacheLevel, WalkCaches } from "../cost.ts";
import type { StateReader, StateWriter } from "../state.ts";

const LINE = 64;
/** Not a line: the highest one of 2³², of which no memory here has the half. */
const EMPTY = -1;

class Level {
  readonly latency: number;
  readonly ways: number;
  readonly setMask: number;
  readonly lines: Int32Array;

  constructor({ bytes, ways, latency }: CacheLevel) {
    const sets = bytes / (ways * LINE);
    if (!Number.isInteger(sets) || sets < 1 || (sets & (sets - 1)) !== 0)
      throw new RangeError(
        `a cache of ${bytes} bytes and ${ways} ways: bytes / (ways · ${LINE}) must be a power of two`,
      );
    this.latency = latency;
    this.ways = ways;
    this.setMask = sets - 1;
    this.lines = new Int32Array(sets * ways).fill(EMPTY);
  }

  /** Whether the line was there; now it is its set's first. */
  use(line: number): boolean {
    const { lines, ways } = this;
    const first = (line & this.setMask) * ways;
    if (lines[first] === line) return true;
    let at = first + 1;
    const end = first + ways;
    while (at < end && lines[at] !== line) at++;
    const found = at < end;
    for (let to = found ? at : end - 1; to > first; to--) lines[to] = lines[to - 1] as number;
    lines[first] = line;
    return found;
  }
}

export class DataCache {
  declare private readonly levels: readonly Level[];
  declare private readonly memory: number;

  constructor({ levels, memory }: WalkCaches) {
    this.levels = levels.map((level) => new Level(level));
    this.memory = memory;
  }

  /** Cycles of a reference to a physical address, whose line is then in every level. */
  reference(address: number): number {
    const line = (address / LINE) | 0;
    const { levels } = this;
    for (let n = 0; n < levels.length; n++) {
      const level = levels[n] as Level;
      if (level.use(line)) return level.latency;
    }
    return this.memory;
  }

  save(out: StateWriter): void {
    out.section("data-cache");
    for (const { lines } of this.levels) out.array(lines);
  }

  load(from: StateReader): void {
    from.section("data-cache");
    for (const { lines } of this.levels) from.array(lines);
  }
}
