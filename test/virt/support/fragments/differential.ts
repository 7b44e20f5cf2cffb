/** Fragments on the bare machine and under an engine: the same to the last byte of memory. */
import { Machine } from "../../../../src/machine/machine.ts";
import { UNIT_MONITOR } from "../../../../src/machine/profiles/monitors/unit.ts";
import { createVm, type EngineFactory } from "../../../../src/virt/cpu/engine.ts";
import type { VmOptions } from "../../../../src/virt/cpu/host.ts";
import { build, generate, type Source, show } from "./generate.ts";
import { differences, type Fragment, isTable, MEMORY, type Outcome, outcome, prepare } from "./world.ts";

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
  readonly #stepped = new Machine({ memory: MEMORY, firmware: false });
  readonly #make: () => Machine;
  #monitored: Machine;
  /** Fragments that ran too long to be compared. */
  endless = 0;
  /** Fragments that differed, and whose end a processor may choose. */
  open = 0;

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
      const found = differences(expected, outcome(this.#monitored, MOST_MONITORED));
      if (found.length === 0 || !this.#isOpen(fragment, expected)) return found;
      this.open++;
      return [];
    } catch (error) {
      this.#monitored = this.#make();
      return [`thrown: ${(error as Error).stack}`];
    }
  }

  /**
   * Whether the architecture leaves the fragment's end open. Looked at step by step on the bare machine, which must end the same so:
   * - its TLBs forget everything before each instruction, and it ends otherwise (SDM Vol. 3, 4.10.2.3: stale translations may be used);
   * - a repeated string instruction writes over itself: what is fetched after a pause in the middle is the new one;
   * - page tables are executed, whose accessed bits a processor may set for what it only prepares to use (4.8).
   */
  #isOpen(fragment: Fragment, expected: Outcome): boolean {
    const machine = this.#stepped;
    let open = false;
    const ends = (forget: boolean) => {
      prepare(machine, fragment);
      for (let step = 1; ; step++) {
        if (forget) machine.mmu.flush(true);
        const { cpu } = machine;
        const [at, code] = [cpu.ip >>> 0, machine.bus.ram.slice(cpu.ip >>> 0, (cpu.ip >>> 0) + 15)];
        const end = outcome(machine, 1);
        open ||= isTable(at);
        if (repeats(code)) open ||= Buffer.compare(code, machine.bus.ram.subarray(at, at + 15)) !== 0;
        if (step < MOST_STEPS && end.stop.includes("limit")) continue;
        return differences(expected, end).length > 0;
      }
    };
    return !ends(false) && (open || ends(true));
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

const PREFIX = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf2, 0xf3]);
/** INS, MOVS and STOS behind REP; everything is mapped where it is, so code stands at its linear address. */
const WRITING = new Set([0x6c, 0x6d, 0xa4, 0xa5, 0xaa, 0xab]);

function repeats(code: Uint8Array): boolean {
  const first = code.findIndex((byte) => !PREFIX.has(byte));
  return (
    first > 0 && WRITING.has(code[first] as number) && code.subarray(0, first).some((byte) => byte >= 0xf2)
  );
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
