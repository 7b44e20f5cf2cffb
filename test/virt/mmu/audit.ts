/** What P's tables, which are the pager's, must not say of a page. Both return what is wrong, or undefined. */
import { PAGE_MMIO, PAGE_ROM, PAGE_TRACED } from "../../../src/machine/bus.ts";
import type { Machine } from "../../machine/mmu/oracle.ts";
import type { Rig } from "./rig.ts";
import { type Page, permits, type Translation } from "./translation.ts";

const WHO = ["user", "supervisor"] as const;

/** One of the monitor's pages: it is there, and no user's. */
export function ownPageWrong(rig: Rig, page: Page): string | undefined {
  const { physical, rights } = rig.host.mmu.explain(page.at);
  const own = rig.area.find(({ at }) => at === page.at);
  const right =
    physical === own?.frame && !rights.includes("user") && rights.includes("write") === own?.writable;
  return right ? undefined : "the monitor's own page is not";
}

/** One of the guest's: nothing but its own memory, and no more than one of the translations that it has given grants. */
export function pageWrong(
  { host }: Rig,
  cpu: Machine,
  page: Page,
  known: readonly Translation[],
): string | undefined {
  const { mmu, base, machine } = host;
  const { physical, permitted } = mmu.explain(page.at);
  if (physical === undefined) return undefined;
  const at = physical - base;
  if (at < 0 || at >= machine.bus.ram.length) return "maps what is not the guest's";
  const flags = machine.bus.pages[at >>> 12] as number;
  if ((flags & PAGE_MMIO) !== 0) return "maps a device's page";
  const writable = WHO.some((who) => permitted[who].includes("write"));
  if (writable && (flags & (PAGE_TRACED | PAGE_ROM)) !== 0) return "a writable page that must not be";
  const granted = known.some(
    (one) =>
      one.page === at &&
      WHO.every((who) => permitted[who].every((kind) => permits(one, cpu, { kind, user: who === "user" }))),
  );
  return granted ? undefined : "grants more than the guest's tables";
}
