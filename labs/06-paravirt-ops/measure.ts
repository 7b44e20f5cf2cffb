/** What lab 06 measures: real runs of the laboratory's kernel, and crossings priced by the machine's own lists. */
import { buildGuest } from "../../src/guests/index.ts";
import { Clock } from "../../src/machine/clock.ts";
import type { CostProfile, MonitorPrices } from "../../src/machine/cost.ts";
import type { Mark } from "../../src/machine/devices/marker-port.ts";
import { Ledger } from "../../src/machine/ledger.ts";
import { XEN } from "../../src/machine/profiles/monitors/xen.ts";
import { PENTIUM_4 } from "../../src/machine/profiles/pentium4.ts";
import { Trace } from "../../src/machine/trace.ts";
import { findSystem } from "../../src/systems/index.ts";
import type { Operation, ParavirtOps } from "./component.ts";
import { bootKernel } from "./kernel.ts";

const UPDATES = 256;
const LIMIT = 200_000_000;

/** Cycles that 256 page-table updates of one fork take, in crossings as the component makes them. */
export function batchRows(
  component: Pick<ParavirtOps, "batch">,
  sizes: readonly number[],
  profile: CostProfile = PENTIUM_4,
  monitor: MonitorPrices = XEN,
) {
  const operations: Operation[] = [
    { kind: "enter" },
    ...Array.from({ length: UPDATES }, (_, id): Operation => ({ kind: "set", id })),
    { kind: "leave" },
  ];
  return sizes.map((most) => {
    const clock = new Clock();
    const trace = new Trace(clock);
    const ledger = new Ledger({ clock, trace, profile, monitor });
    const crossings = component.batch(operations, most);
    for (const requests of crossings) {
      ledger.pay("trap");
      ledger.pay("dispatch");
      ledger.pay("hypercall");
      if (requests.length > 0) ledger.pay("validate", 0, requests.length);
      ledger.pay("resume");
    }
    return {
      ...{ most, crossings: crossings.length, checked: trace.count("validate") },
      cycles: clock.now / UPDATES,
    };
  });
}

/** One fork of the real kernel: on the bare machine, below Xen with every request alone, and in batches. */
export function forkRows(iterations = 8) {
  const bare = findSystem("native");
  const below = findSystem("xen");
  if (bare === undefined || below === undefined)
    throw new Error("invariant: the systems have lost their names");
  return (
    [
      ["bare machine", bare, true],
      ["Xen, one by one", below, false],
      ["Xen, in batches", below, true],
    ] as const
  ).map(([kernel, system, batch]) => {
    const { image } = buildGuest({
      ...{ workload: "fork", parameters: { iterations }, timerHz: 0, batch },
      ...system.guest,
    });
    const { machine } = system.boot(image, { profile: PENTIUM_4 });
    const stop = machine.run({ limit: LIMIT });
    const [from, to] = machine.board.marker.marks as [Mark, Mark];
    if (stop.reason !== "exit") throw new Error(`the guest ended with ${stop.reason}`);
    const each = (count: number) => count / iterations;
    return {
      ...{ kernel, cycles: each(to.cycle - from.cycle) },
      crossings: each(to.counts.trap - from.counts.trap),
      checked: each(to.counts.validate - from.counts.validate),
    };
  });
}

/** The price of the table on the bare machine: one getpid of three kernels. */
export function nativeRows(component: Pick<ParavirtOps, "patch">, iterations = 50) {
  const options = { workload: "null-call", parameters: { iterations } };
  return (
    [
      ["vanilla: no table", () => bootKernel({ ...options, pv: false })],
      ["calls through the table", () => bootKernel(options)],
      ["your patched sites", () => bootKernel(options, (site, target) => component.patch(site, target))],
    ] as const
  ).map(([kernel, run]) => {
    const { end, instructions, cycles } = run();
    return {
      kernel,
      ends: end,
      instructions: Math.round((10 * instructions) / iterations) / 10,
      cycles: Math.round((10 * cycles) / iterations) / 10,
    };
  });
}
