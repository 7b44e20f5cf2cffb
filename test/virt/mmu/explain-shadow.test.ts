/** Guest's tables beside their shadows, told of the pagers as they are. */
import { expect, test } from "vitest";
import type { Gva } from "../../../src/machine/address.ts";
import { type ShadowStep, shadowTables } from "../../../src/plots/index.ts";
import { explainShadow } from "../../../src/virt/mmu/explain-shadow.ts";
import type { PagerFactory } from "../../../src/virt/mmu/pager.ts";
import { shadow } from "../../../src/virt/mmu/shadow.ts";
import { tracedPager } from "../../../src/virt/mmu/traced/traced.ts";
import { rounded } from "../../plots/snapshot.ts";
import { Rig } from "./rig.ts";

const [PD, PT] = [0x4000, 0x5000];
const PAGES = [0, 1, 2, 5];

/** Linear pages 0, 1 and 5 at frames 16, 17 and 5, which is the page table itself. */
function story(pager: PagerFactory): ShadowStep[] {
  const rig = new Rig(pager);
  rig.set(PD, PT | 0x67);
  rig.set(PT, 0x10067);
  rig.set(PT + 4, 0x11027);
  rig.set(PT + 20, PT | 0x67);
  rig.control({ format: "ia32", writeProtect: true });
  rig.load(PD);
  const steps: ShadowStep[] = [];
  const { host } = rig;
  const parts = { guest: host.machine.mmu, bus: host.machine.bus, processor: host.mmu, base: host.base };
  const after = (event: string) => steps.push({ event, rows: explainShadow(parts, PAGES) });
  const at = (page: number) => (page * 4096) as Gva;
  after("CR3 is loaded");
  rig.access(at(0), { kind: "read" });
  after("page 0 is read: a hidden fault");
  rig.access(at(1), { kind: "read" });
  after("page 1 is read: not dirty yet");
  rig.access(at(5), { kind: "read" });
  after("page 5 is read: the page table itself");
  rig.access((at(5) + 4) as Gva, { kind: "write", value: 0 });
  after("the guest removes page 1 from its table");
  rig.invalidate(at(1));
  after("INVLPG of page 1");
  return steps;
}

const states = (pager: PagerFactory) =>
  story(pager).map(({ rows }) => rows.map(({ state }) => state).join(" "));

test("a traced table follows at once", async () => {
  expect(states(tracedPager())).toEqual([
    "hidden hidden none hidden",
    "derived hidden none hidden",
    "derived clean none hidden",
    "derived clean none traced",
    "derived none none traced",
    "derived none none traced",
  ]);
  const figure = shadowTables("A shadow beside the guest's table", story(tracedPager()));
  expect(figure.alt).toBe("Of 4 pages: 2 not present, 1 derived, 1 traced: a page table.");
  await expect(rounded(figure.steps?.[3]?.svg ?? "")).toMatchFileSnapshot(
    "../../plots/snapshots/shadow-tables.svg",
  );
});

test("a naive one is stale until it is told", () => {
  const naive = states(shadow);
  expect(naive.slice(0, 3)).toEqual([
    "hidden hidden none hidden",
    "derived hidden none hidden",
    "derived clean none hidden",
  ]);
  expect(naive[4]).toBe("derived stale none derived");
  expect(naive[5]?.split(" ")[1]).toBe("none");
});
