/** What one more instance takes, taken apart; and no instance where there is no room. */
import { describe, expect, test } from "vitest";
import { PROFILES } from "../../../src/machine/index.ts";
import { docker } from "../../../src/systems/docker.ts";
import { kvmEpt } from "../../../src/systems/kvm.ts";
import {
  containers,
  FILE_PAGES,
  guestState,
  type VmDensityPlan,
  virtualMachines,
} from "../../../src/systems/os/index.ts";

const profile = PROFILES.find(({ id }) => id === "zen5")!;
const OWN = 8;
const plan: VmDensityPlan = {
  ...{ instances: 2, frames: 4096, files: 4, changed: 1, own: OWN },
  ...{ profile, system: kvmEpt, sharing: false },
};
const FILES = plan.files * FILE_PAGES;
const pagesOf = (processes: number) =>
  guestState(docker, profile, { processes, pages: OWN, seed: 1 }).pages.length;

describe("containers", () => {
  test("one kernel, one copy of the image's pages, and of each a process and what it changed", () => {
    const { used, running } = containers(plan);
    expect(running).toBe(2);
    expect(used).toBe(pagesOf(2) + FILES + 2 * FILE_PAGES);
    expect(containers({ ...plan, changed: 0 }).used).toBe(pagesOf(2) + FILES);
  });

  test("every further process takes as much as the second", () => {
    expect(pagesOf(6) - pagesOf(2)).toBe(4 * (pagesOf(2) - pagesOf(1)));
    expect(pagesOf(2) - pagesOf(1)).toBeGreaterThan(OWN);
  });

  test("none is started for which there is no room", () => {
    const full = containers({ ...plan, instances: 50, frames: 300 });
    expect(full.running).toBeLessThan(50);
    expect(full.used).toBeLessThanOrEqual(300);
    const one = pagesOf(2) - pagesOf(1) + FILE_PAGES;
    expect(full.used + one).toBeGreaterThan(300);
  });
});

describe("virtual machines", () => {
  test("a kernel, tables and the image's pages each", () => {
    const one = virtualMachines({ ...plan, instances: 1 }).used;
    expect(one).toBeGreaterThan(FILES + OWN);
    expect(virtualMachines(plan).used).toBe(2 * one);
    expect(virtualMachines({ ...plan, frames: 2 * one - 1 })).toMatchObject({ running: 1, used: one });
  });

  test("of equal pages KSM leaves one; what an instance changed and filled stays its own", () => {
    const [one, two] = [1, 2].map((instances) => virtualMachines({ ...plan, instances, sharing: true }));
    const more = two!.used - one!.used;
    expect(more).toBeGreaterThan(OWN);
    expect(more).toBeLessThan(OWN + 20);
    expect(two!.compared).toBeGreaterThan(FILES);
  });
});
