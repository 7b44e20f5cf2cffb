/** Fragments on the bare machine and under an engine: the same to the last byte of memory. */
import { Machine } from "../../../../src/machine/machine.ts";
import { UNIT_MONITOR } from "../../../../src/machine/profiles/monitors/unit.ts";
import { createVm, type EngineFactory } from "../../../../src/virt/cpu/engine.ts";
import type { VmOptions } from "../../../../src/virt/cpu/host.ts";
import { build, generate, type Source, show } from "./generate.ts";
import { differences, MEMORY, outcome, prepare } from "./world.ts";

/** Steps on the bare machine; a fragment that needs more is not compared. */
const MOST_STEPS = 30_000;
/** Under a monitor an instruction may be many. */
const MOST_MONITORED = 3_000_000;

export interface Counterexample {
  readonly seed: number;
  readonly source: Source;
  readonly differences: readonly string[];
}

export class Differential {
  readonly #native = new Machine({ memory: MEMORY, firmware: false });
  readonly #make: () => Machine;
  #monitored: Machine;
  /** Fragments that ran too long to be compared. */
  endless = 0;

  constructor(engine: EngineFactory, options: Partial<VmOptions> = {}) {
    this.#make = () =>
      createVm({ memory: MEMORY, firmware: false, monitor: UNIT_MONITOR, ...options }, engine).machine;
    this.#monitored = this.#make();
  }

  /** What differs. */
  compare(source: Source): string[] {
    const fragment = build(source);
    prepare(this.#native, fragment);
    const expected = outcome(this.#native, MOST_STEPS);
    if (expected.stop.includes("limit")) {
      this.endless++;
      return [];
    }
    try {
      prepare(this.#monitored, fragment);
      return differences(expected, outcome(this.#monitored, MOST_MONITORED));
    } catch (error) {
      this.#monitored = this.#make();
      return [`thrown: ${(error as Error).stack}`];
    }
  }

  /** The first fragment of the seeds that differs, made small. */
  search(first: number, count: number): Counterexample | undefined {
    for (let seed = first; seed < first + count; seed++) {
      const source = generate(seed);
      if (this.compare(source).length === 0) continue;
      const small = this.shrink(source);
      return { seed, source: small, differences: this.compare(small) };
    }
    return undefined;
  }

  /** Leaves out items and lines as long as it still differs. */
  shrink(source: Source): Source {
    let best = source;
    for (let again = true; again; ) {
      again = false;
      for (const smaller of candidates(best)) {
        if (!this.#differs(smaller)) continue;
        best = smaller;
        again = true;
        break;
      }
    }
    return best;
  }

  #differs(source: Source): boolean {
    try {
      return this.compare(source).length > 0;
    } catch {
      // A label has gone with its line.
      return false;
    }
  }
}

function* candidates(source: Source): Generator<Source> {
  const { items } = source;
  for (let i = 0; i < items.length; i++) yield { ...source, items: items.toSpliced(i, 1) };
  for (const part of ["items", "called", "user"] as const)
    for (const [i, lines] of source[part].entries())
      for (let n = 0; n < lines.length; n++)
        yield { ...source, [part]: source[part].toSpliced(i, 1, lines.toSpliced(n, 1)) };
}

export const explain = ({ seed, source, differences: found }: Counterexample): string =>
  `seed ${seed}\n${show(source)}\n${found.join("\n")}`;
