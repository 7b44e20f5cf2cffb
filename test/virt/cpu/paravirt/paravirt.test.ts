/** The paravirtual kernel on its monitor: the same output as on the bare machine, fewer crossings with batches, events in storms. */
import { describe, expect, test } from "vitest";
import { buildGuest, expectedOutput, type GuestOptions, workloads } from "../../../../src/guests/index.ts";
import { Machine } from "../../../../src/machine/machine.ts";
import { UNIT_MONITOR } from "../../../../src/machine/profiles/monitors/unit.ts";
import { PENTIUM_4 } from "../../../../src/machine/profiles/pentium4.ts";
import { createVm } from "../../../../src/virt/cpu/engine.ts";
import type { VmOptions } from "../../../../src/virt/cpu/host.ts";
import { type Paravirt, paravirt } from "../../../../src/virt/cpu/paravirt/index.ts";
import { userSpace } from "../../../support/user-space.ts";
import { engineCases } from "../engine.cases.ts";

engineCases({
  name: "paravirt",
  engine: paravirt,
  skips: {
    "the self-test passes, and its machine ends up as the bare one, out of the monitor's reach and it of the guest's":
      "the kernel knows of its monitor, so its own memory differs: machine frames, ring 1. What its programs see is compared below",
    "an interrupt at any time, and none before the instruction after STI or MOV SS":
      "a domain has no STI, and its events come where it asks for them",
    "a guest that shuts its processor down stops the machine, as on the bare one":
      "a domain is entered in its kernel: no boot sector runs. attacks.test.ts ends guests in other ways",
    "a run that is cut into pieces, and goes on from a snapshot in another machine, ends the same":
      "what the monitor knows of the guest's frames is in no snapshot: loading one says so",
  },
});

test("the programs end up as on the bare machine, byte by byte", () => {
  const options = { workload: "selftest", timerHz: 0 };
  const guest = buildGuest({ memory: 16, ...options });
  const { vm } = run(options);
  const bare = new Machine({ memory: 16 << 20, disks: [guest.image] });
  bare.run({ limit: 20_000_000 });
  const [mine, theirs] = [userSpace(vm.host.cpu, vm.host.bus), userSpace(bare.cpu, bare.bus)];
  // A reading of the time-stamp counter.
  const stamp = guest.programs[0]!.symbols.get("cycles")!;
  for (const pages of [mine, theirs]) pages.get(stamp & -4096)!.fill(0, stamp & 4095, (stamp & 4095) + 8);
  expect(mine.size).toBeGreaterThan(2);
  expect(mine).toEqual(theirs);
});

function run(options: GuestOptions, vmOptions: Partial<VmOptions> = {}) {
  const guest = buildGuest({ memory: 16, ...options });
  const vm = createVm(
    { memory: 16 << 20, disks: [guest.image], monitor: UNIT_MONITOR, ...vmOptions },
    paravirt,
  );
  let output = "";
  vm.machine.onSerial((byte) => {
    output += String.fromCharCode(byte);
  });
  const stop = vm.machine.run({ limit: 20_000_000 });
  const engine = vm.engine as Paravirt;
  return {
    output,
    stop,
    vm,
    crossings: (cause: string) => engine.crossings.get(cause) ?? 0,
    calls: engine.calls.counts,
  };
}

test.each(workloads.map(({ name }) => name))("%s", (workload) => {
  const { output, stop } = run({ workload, timerHz: workload === "sleep" ? 1000 : 100 });
  expect(output).toBe(expectedOutput(workload));
  expect(stop).toEqual({ reason: "exit", code: 1 });
});

test("the same kernel with its sites unpatched, and with one hypercall for each request", () => {
  for (const variant of [{ patch: false }, { batch: false }]) {
    const { output } = run({ workload: "selftest", ...variant });
    expect(output).toBe(expectedOutput("selftest"));
  }
});

// A slow processor below a fast timer: an event every few hundred instructions, in the kernel's critical places too.
test.each(["selftest", "churn", "pipe-bandwidth", "disk-read"])("%s in a storm of events", (workload) => {
  const { output, crossings } = run({ workload, timerHz: 10_000 }, { profile: { ...PENTIUM_4, hertz: 9e6 } });
  expect(output).toBe(expectedOutput(workload));
  expect(crossings("interrupt")).toBeGreaterThan(100);
});

describe("crossings", () => {
  const hypercalls = ["mmu_update", "mmuext_op", "update_va_mapping", "multicall", "stack_switch"];
  function total(workload: string, iterations: number, batch: boolean) {
    const { crossings, calls } = run({ workload, parameters: { iterations }, batch, timerHz: 0 });
    const made = hypercalls.filter((name) => name !== "multicall");
    return {
      crossings: hypercalls.reduce((sum, name) => sum + crossings(name), 0),
      calls: made.reduce((sum, name) => sum + (calls.get(name) ?? 0), 0),
    };
  }
  /** Of one iteration. */
  function each(workload: string, batch: boolean) {
    const [few, many] = [total(workload, 5, batch), total(workload, 15, batch)];
    return { crossings: (many.crossings - few.crossings) / 10, calls: (many.calls - few.calls) / 10 };
  }

  test.each([
    ["fork", 0.3],
    ["exec", 0.3],
    ["mmap", 0.55],
  ] as const)("%s crosses less with batches", (workload, share) => {
    const [single, batched] = [each(workload, false), each(workload, true)];
    expect(single.crossings).toBe(single.calls);
    expect(batched.crossings).toBeLessThan(share * single.crossings);
  });

  test("a system call does not cross at all, a switch with batches once", () => {
    const calls = (iterations: number) => {
      const { vm } = run({ workload: "null-call", parameters: { iterations }, timerHz: 0 });
      return (
        [...vm.engine.crossings.values()].reduce((a, b) => a + b, 0) - (vm.engine.crossings.get("port") ?? 0)
      );
    };
    expect(calls(1000)).toBe(calls(10));
    const switches = (rounds: number) => {
      const parameters = { processes: 2, kilobytes: 0, rounds };
      return run({ workload: "context-switch", parameters, timerHz: 0 }).crossings("multicall");
    };
    expect(switches(30) - switches(10)).toBe(2 * 20);
  });
});

describe("what cannot be", () => {
  test("a disk without a paravirtual kernel says so", () => {
    expect(() => run({ workload: "fork", pv: false })).not.toThrow();
    const make = (disks: Uint8Array[]) =>
      createVm({ memory: 16 << 20, disks, monitor: UNIT_MONITOR }, paravirt);
    expect(() => make([new Uint8Array(4096)])).toThrow(/no paravirtual kernel: .* pv: true/);
    expect(() => make([])).toThrow(/no paravirtual kernel/);
  });

  test("a memory that is too small for the kernel says so", () => {
    const { image } = buildGuest({ workload: "fork", memory: 4 });
    expect(() => createVm({ memory: 1 << 20, disks: [image], monitor: UNIT_MONITOR }, paravirt)).toThrow(
      /take \d+ bytes: the guest has 1048576/,
    );
  });

  test("a reset says so", () => {
    const { vm } = run({ workload: "baseline" });
    expect(() => vm.machine.reset()).toThrow(/cannot be reset/);
  });
});
