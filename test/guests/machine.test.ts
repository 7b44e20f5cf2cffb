/** The guest on our machine: the same output as on QEMU, the same run each time, and marks that count what they should. */
import { describe, expect, test } from "vitest";
import { buildGuest, type GuestOptions } from "../../src/guests/build.ts";
import { SITE_SIZE } from "../../src/guests/sites.ts";
import { workloads as all, expectedOutput, findWorkload, parametersOf } from "../../src/guests/workloads.ts";
import { PENTIUM_4 } from "../../src/machine/profiles/pentium4.ts";
import type { EventName } from "../../src/machine/trace.ts";
import { boot, insert } from "../support/boot.ts";
import { BAD, GOOD } from "./cases.ts";

test.each(GOOD.map((good) => [good.title, good] as const))("%s", (_, options) => {
  const { serial, exit } = boot(buildGuest(options).image, options.memory);
  expect(serial()).toBe(expectedOutput(options.workload, options.parameters));
  expect(exit).toBe(0);
});

test.each(BAD.map((bad) => [bad.title, bad] as const))("%s says what is wrong", (_, bad) => {
  const { serial, exit } = boot(buildGuest(bad).image, bad.memory);
  expect({ serial: serial(), exit }).toEqual({ serial: bad.says, exit: bad.exit });
});

// A slow processor below a fast timer: an interrupt every few hundred instructions, everywhere.
test.each(["selftest", "context-switch", "pipe-bandwidth", "exec", "churn", "disk-read"])(
  "%s between 10000 interrupts a second on 7.3 MHz",
  (workload) => {
    const { machine, serial } = insert(buildGuest({ workload, timerHz: 10_000 }).image, 32, {
      profile: { ...PENTIUM_4, hertz: 7.3e6 },
    });
    machine.run({ limit: 10_000_000 });
    expect(serial()).toBe(expectedOutput(workload));
    expect(machine.trace.count("interrupt")).toBeGreaterThan(100);
  },
);

describe("privileged operations", () => {
  // Those that call the kernel at all.
  const workloads = all
    .map(({ name }) => name)
    .filter((name) => !["baseline", "primes", "pointer-chase", "sleep"].includes(name));
  const variants = { vanilla: { pv: false }, patched: {}, unpatched: { patch: false } };

  test.each(workloads)("%s: vanilla, patched, unpatched: the same, in ever more instructions", (workload) => {
    const retired = Object.values(variants).map((variant) => {
      const { serial, machine } = boot(buildGuest({ workload, timerHz: 0, ...variant }).image);
      expect(serial()).toBe(expectedOutput(workload));
      const [from, to] = machine.board.marker.marks;
      return to!.retired - from!.retired;
    });
    expect(retired).toEqual([...retired].sort((a, b) => a - b));
    expect(new Set(retired).size).toBe(3);
  });

  test("the kernel has patched every site: the operation itself, or a direct call of it", () => {
    const { image, sites, symbols } = buildGuest({ workload: "baseline" });
    const { machine } = boot(image);
    const { view } = machine.bus;
    const at = (address: number) => address - 0xc0000000;
    const bytes = (address: number, length: number) =>
      Buffer.from(machine.bus.ram.subarray(at(address), at(address) + length)).toString("hex");
    let direct = 0;
    for (const { address, operation, kind } of sites) {
      const native = symbols.get(`native_${operation}`)!;
      const length = symbols.get(`native_${operation}.end`)! - native + (kind === "jump" ? 1 : 0);
      if (length <= SITE_SIZE) expect(bytes(address, length), operation).toBe(bytes(native, length));
      else {
        direct++;
        expect(view.getUint8(at(address))).toBe(kind === "call" ? 0xe8 : 0xe9);
        expect(address + 5 + view.getInt32(at(address) + 1, true), operation).toBe(native);
      }
    }
    expect(direct).toBeGreaterThan(0);
  });
});

describe("between the marks", () => {
  /** Instructions and events between the marks of a run without a timer. */
  function measure(
    workload: string,
    parameters: Record<string, number>,
    options: Partial<GuestOptions> = {},
  ) {
    const { machine } = boot(buildGuest({ workload, parameters, timerHz: 0, ...options }).image);
    const [start, end, ...more] = machine.board.marker.marks;
    expect([start?.label, end?.label, more.length]).toEqual([1, 2, 0]);
    return {
      instructions: end!.retired - start!.retired,
      events: (name: EventName) => end!.counts[name] - start!.counts[name],
    };
  }
  const difference = (workload: string, less: Record<string, number>, more: Record<string, number>) =>
    measure(workload, more).instructions - measure(workload, less).instructions;

  test("the baseline is four instructions a step", () => {
    expect(difference("baseline", { iterations: 1000 }, { iterations: 3000 })).toBe(4 * 2000);
  });

  test("an event of primes is what its model counts", () => {
    // 8 instructions a division that goes on, and what surrounds it: only the slope over events is exact.
    const one = difference("primes", { events: 1, limit: 500 }, { events: 2, limit: 500 });
    expect(difference("primes", { events: 1, limit: 500 }, { events: 4, limit: 500 })).toBe(3 * one);
  });

  // The second mark is a system call itself.
  test("a null call is one software interrupt, or one SYSENTER", () => {
    const int80 = measure("null-call", { iterations: 100 });
    expect([int80.events("softwareInterrupt"), int80.events("iret"), int80.events("syscall")]).toEqual([
      101, 101, 0,
    ]);
    const fast = measure("null-call", { iterations: 100 }, { systemCall: "sysenter" });
    expect([fast.events("softwareInterrupt"), fast.events("syscall")]).toEqual([0, 101]);
    expect(fast.events("iret")).toBe(0);
  });

  test("a switch is one load of CR3", () => {
    for (const [processes, rounds] of [
      [2, 30],
      [8, 10],
      [16, 10],
    ] as const)
      expect(measure("context-switch", { processes, kilobytes: 0, rounds }).events("cr3Write")).toBe(
        processes * rounds,
      );
    expect(measure("context-switch", { processes: 1, kilobytes: 0, rounds: 10 }).events("cr3Write")).toBe(0);
  });

  test("page-fault and protection-fault fault as often as they say", () => {
    expect(measure("page-fault", { pages: 300 }).events("pageFault")).toBe(300);
    expect(measure("protection-fault", { iterations: 300 }).events("pageFault")).toBe(300);
  });

  test("churn changes as many entries as it says: one INVLPG each", () => {
    const parameters = { rounds: 6, pages: 50, remap: 0 };
    const first = 50; // pages that are not there yet in the first round need none
    expect(measure("churn", parameters).events("invlpg")).toBe(
      findWorkload("churn").operations(parametersOf(findWorkload("churn"), parameters)) - first,
    );
  });

  test("a fork is two loads of CR3 in the parent's life and two in the child's", () => {
    const forks = (iterations: number) => measure("fork", { iterations });
    const [a, b] = [forks(5), forks(15)];
    expect(b.events("cr3Write") - a.events("cr3Write")).toBe(4 * 10);
    expect(b.instructions - a.instructions).toBeGreaterThan(10 * 500);
  });
});

describe("deterministic", () => {
  const { image } = buildGuest({ workload: "selftest", timerHz: 5000 });

  test("the same image runs the same cycles with the same trace", () => {
    const [a, b] = [boot(image), boot(image)];
    expect(a.machine.trace.hash).toBe(b.machine.trace.hash);
    expect(a.machine.clock.now).toBe(b.machine.clock.now);
  });

  test("a machine saved in the middle goes on in another", () => {
    const whole = boot(image);
    const first = insert(image);
    expect(first.machine.run({ limit: Math.floor(whole.machine.cpu.retired / 2) }).reason).toBe("limit");
    const second = insert(image);
    second.machine.load(first.machine.save());
    expect(second.machine.run().reason).toBe("exit");
    expect(first.serial() + second.serial()).toBe(expectedOutput("selftest"));
    expect(second.machine.trace.hash).toBe(whole.machine.trace.hash);
  });
});
