/** A fragment under an engine with its inside at hand, and on the bare machine beside it. */
import { Machine } from "../../../../src/machine/machine.ts";
import { UNIT_MONITOR } from "../../../../src/machine/profiles/monitors/unit.ts";
import { createVm, type Engine, type Vm } from "../../../../src/virt/cpu/engine.ts";
import type { Host } from "../../../../src/virt/cpu/host.ts";
import { build, type Source } from "./generate.ts";
import { differences, MEMORY, outcome, prepare } from "./world.ts";

const LIMIT = 1_000_000;

/** Items of lines; registers 0 and flags 2 unless said. */
export function source(items: readonly string[], rest: Partial<Source> = {}): Source {
  return {
    items: items.map((item) => item.split("\n")),
    called: [],
    user: [],
    registers: [0, 0, 0, 0, 0, 0, 0, 0],
    flags: 2,
    cr0: 0,
    ...rest,
  };
}

export interface Run<E extends Engine> {
  readonly vm: Vm<E>;
  /** What differs from the bare machine. */
  readonly differences: readonly string[];
  /** Why it ended. */
  readonly stop: string;
}

export function run<E extends Engine>(what: Source, engine: (host: Host) => E): Run<E> {
  const fragment = build(what);
  const native = new Machine({ memory: MEMORY, firmware: false });
  prepare(native, fragment);
  const expected = outcome(native, LIMIT);
  const vm = createVm({ memory: MEMORY, firmware: false, monitor: UNIT_MONITOR }, engine);
  prepare(vm.machine, fragment);
  const actual = outcome(vm.machine, LIMIT);
  return { vm, differences: differences(expected, actual), stop: actual.stop };
}

/**
 * The same, each time with a look at the guest's state after another number of steps: P leaves what it is doing. The first that
 * differs, in words; empty: none.
 */
export function interrupted(
  what: Source,
  engine: (host: Host) => Engine,
  from: number,
  to: number,
  stride = 1,
): string {
  const fragment = build(what);
  const native = new Machine({ memory: MEMORY, firmware: false });
  prepare(native, fragment);
  const expected = outcome(native, LIMIT);
  const { machine } = createVm({ memory: MEMORY, firmware: false, monitor: UNIT_MONITOR }, engine);
  for (let steps = from; steps < to; steps += stride) {
    prepare(machine, fragment);
    if (machine.run({ limit: steps }).reason !== "limit") continue;
    const found = differences(expected, outcome(machine, LIMIT));
    if (found.length > 0) return `left after ${steps} steps: ${found.join("; ")}`;
  }
  return "";
}
