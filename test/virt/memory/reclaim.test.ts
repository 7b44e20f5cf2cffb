import { describe, expect, test } from "vitest";
import type { Balloon } from "../../../src/virt/memory/contract.ts";
import { Host, PAGE_BYTES, REFERENCE, Reclaimer, type Vm } from "../../../src/virt/memory/index.ts";

/** A guest that gives whatever page it is asked for. */
class Generous implements Balloon {
  size = 0;
  readonly #host: Host;
  readonly #vm: Vm;
  readonly #most: number;

  constructor(host: Host, vm: Vm, most: number) {
    this.#host = host;
    this.#vm = vm;
    this.#most = most;
  }

  setTarget(pages: number): void {
    const channel = this.#host.channel(this.#vm);
    while (this.size < Math.min(pages, this.#most)) channel.give([this.size++]);
    while (this.size > pages) channel.take([--this.size]);
  }
}

function rig(most: number, tax = 0) {
  const host = new Host({ frames: 208 });
  const vms = [1, 2].map((id) => host.create({ name: `vm${id}`, pages: 100 }));
  const balloons = new Map(vms.map((vm) => [vm, new Generous(host, vm, most)]));
  const reclaimer = new Reclaimer(host, { policy: REFERENCE, tax, balloon: (vm) => balloons.get(vm) });
  return { host, vms, reclaimer };
}

describe("by how much is free", () => {
  test("nothing happens while there is enough", () => {
    const { host, vms, reclaimer } = rig(100);
    for (let gpn = 0; gpn < 90; gpn++) for (const vm of vms) vm.read32(gpn * PAGE_BYTES);
    reclaimer.tick();
    expect([host.frames.free, vms.map(({ ballooned }) => ballooned)]).toEqual([20, [0, 0]]);
  });

  test("balloons grow until six of a hundred are free, and shrink when memory is left", () => {
    const { host, vms, reclaimer } = rig(100);
    for (const vm of vms) host.reserve(vm);
    expect(host.frames.free).toBe(0);
    reclaimer.tick();
    expect(host.frames.free).toBe(Math.ceil(0.06 * 208));
    expect(vms.map(({ ballooned, swapped }) => [ballooned, swapped])).toEqual([
      [7, 0],
      [6, 0],
    ]);
    host.destroy(vms[0]!);
    reclaimer.tick();
    expect(vms[1]!.ballooned).toBe(0);
  });

  test("where balloons do not help, swapping does", () => {
    const { host, vms, reclaimer } = rig(2);
    for (const vm of vms) host.reserve(vm);
    reclaimer.tick();
    expect(vms.map(({ ballooned }) => ballooned)).toEqual([2, 2]);
    expect(host.frames.free).toBe(Math.ceil(0.04 * 208));
    expect(host.swap.used).toBe(9 - 4);
  });
});

test("with a tax the idle one gives before anything is scarce", () => {
  const { host, vms, reclaimer } = rig(100, 0.75);
  for (const vm of vms) host.reserve(vm);
  vms[0]!.active = 0.1;
  reclaimer.tick();
  expect(vms[0]!.ballooned).toBeGreaterThan(10);
  expect(vms[1]!.ballooned).toBe(0);
});
