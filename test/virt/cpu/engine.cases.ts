/** What every engine must do: each runs this suite. A skip carries its reason. */
import { describe, expect, test } from "vitest";
import { buildGuest, expectedOutput, type GuestOptions } from "../../../src/guests/index.ts";
import { Machine, type MachineOptions } from "../../../src/machine/machine.ts";
import { UNIT_MONITOR } from "../../../src/machine/profiles/monitors/unit.ts";
import { createVm, type EngineFactory, type Vm } from "../../../src/virt/cpu/engine.ts";
import type { VmOptions } from "../../../src/virt/cpu/host.ts";

export interface Subject {
  readonly name: string;
  readonly engine: EngineFactory;
  readonly options?: Partial<VmOptions>;
  /** What the guest is built with: a paravirtual one … */
  readonly guest?: Partial<GuestOptions>;
  /** Case → why this engine does not run it. */
  readonly skips?: Readonly<Record<string, string>>;
}

const MIB = 1 << 20;
const LIMIT = 200_000_000;

export interface Outcome {
  readonly output: string;
  readonly reason: string;
  readonly machine: Machine;
}

/** Boots a workload under the engine, to its end. */
export function runUnder(subject: Subject, options: GuestOptions): Outcome & { vm: Vm } {
  const guest = buildGuest({ memory: 8, ...options, ...subject.guest });
  const vm = createVm(
    { memory: 8 * MIB, disks: [guest.image], monitor: UNIT_MONITOR, ...subject.options },
    subject.engine,
  );
  return { ...finish(vm.machine), vm };
}

/** The same on the bare machine. */
export function runNatively(options: GuestOptions, machine: MachineOptions = {}): Outcome {
  const guest = buildGuest({ memory: 8, ...options });
  return finish(new Machine({ memory: 8 * MIB, disks: [guest.image], ...machine }));
}

function finish(machine: Machine): Outcome {
  let output = "";
  machine.onSerial((byte) => {
    output += String.fromCharCode(byte);
  });
  const stop = machine.run({ limit: LIMIT });
  return { output, reason: stop.reason, machine };
}

const CASES: { readonly name: string; run(subject: Subject): void }[] = [
  {
    name: "the self-test passes, with the output of the bare machine",
    run(subject) {
      const { output, reason } = runUnder(subject, { workload: "selftest" });
      expect(output).toContain(expectedOutput("selftest"));
      expect(reason).toBe("exit");
    },
  },
  {
    name: "processes, pipes, demand paging and copy on write",
    run(subject) {
      for (const [workload, parameters] of [
        ["fork", { iterations: 3 }],
        ["exec", { iterations: 2 }],
        ["context-switch", { processes: 2, kilobytes: 4, rounds: 5 }],
        ["page-fault", { pages: 40 }],
        ["protection-fault", { iterations: 10 }],
        ["mmap", { iterations: 3, kilobytes: 64, touch: 2 }],
      ] as const) {
        const { output } = runUnder(subject, { workload, parameters });
        expect(output).toContain(expectedOutput(workload, parameters));
      }
    },
  },
  {
    name: "a timer that interrupts, and a processor that sleeps",
    run(subject) {
      const parameters = { processes: 2 };
      const { output } = runUnder(subject, { workload: "sleep", parameters, timerHz: 1000 });
      expect(output).toContain(expectedOutput("sleep", parameters));
    },
  },
  {
    name: "a disk that interrupts",
    run(subject) {
      const parameters = { sectors: 8 };
      const { output } = runUnder(subject, { workload: "disk-read", parameters });
      expect(output).toContain(expectedOutput("disk-read", parameters));
    },
  },
  {
    name: "the same run twice is the same to the cycle",
    run(subject) {
      const once = () => {
        const { machine } = runUnder(subject, { workload: "null-call", parameters: { iterations: 20 } });
        return [machine.clock.now, machine.steps, machine.trace.hash];
      };
      expect(once()).toEqual(once());
    },
  },
];

export function engineCases(subject: Subject): void {
  describe(subject.name, () => {
    for (const { name, run } of CASES) {
      const why = subject.skips?.[name];
      if (why === undefined) test(name, () => run(subject));
      else test.skip(`${name}: ${why}`, () => {});
    }
  });
}
