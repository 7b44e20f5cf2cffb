/**
 * Every domain does whatever comes to its mind; a naive model that knows only entries, handles and who has which page says what each frame
 * number of each domain must lead to. RINGLAB_XEN_OPS sets how many operations.
 */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, test } from "vitest";
import { DOMID_SELF, GNTCOPY, GNTMAP, GNTST, PAGE } from "../../../../src/virt/io/xen/abi/numbers.ts";
import { GRANT_ENTRY, GTF } from "../../../../src/virt/io/xen/grant-table.ts";
import { PageFault } from "../../../../src/virt/io/xen/physmap.ts";
import { accepting, grant, HOLE_COUNT, HOLES, OWN, revoke, TABLE_GFN, world } from "./world.ts";

const OPERATIONS = Number(process.env.RINGLAB_XEN_OPS ?? 20_000);
const REFERENCES = 6;
const SIZE = HOLES + HOLE_COUNT;

/** A page of RAM, whoever has it. */
interface Page {
  value: number;
}

interface Entry {
  readonly kind: "access" | "transfer" | "used";
  readonly to: number;
  readonly gfn: number;
  readonly readonly: boolean;
}

interface Mapped {
  readonly by: number;
  readonly from: number;
  readonly reference: number;
  readonly page: Page;
  readonly at: number;
  readonly readonly: boolean;
  readonly handle: number;
}

test("no mapping survives a revoke, no page is reached without a grant, and each has one owner", () => {
  const { domains, frames } = world();
  const random = xoroshiro128plus(7);
  const draw = (below: number) => uniformInt(random, 0, below - 1);
  const entries = domains.map(() => new Map<number, Entry>());
  const own = domains.map(() => new Map<number, Page>());
  let mapped: Mapped[] = [];
  const seen = {
    ...{ map: 0, refusedMap: 0, unmap: 0, revoke: 0, refusedRevoke: 0, copy: 0, refusedCopy: 0, populate: 0 },
    ...{ transfer: 0, lost: 0, refusedTransfer: 0 },
  };
  for (const { domain, memory } of domains)
    for (let gfn = 0; gfn < OWN; gfn++) {
      const value = 1000 * (domain.id + 1) + gfn;
      memory.write32(gfn * PAGE, value);
      own[domain.id]?.set(gfn, { value });
    }
  const total = frames.free;

  const inUse = (from: number, reference: number) =>
    mapped.filter((mapping) => mapping.from === from && mapping.reference === reference);
  /** The page that an entry gives: what is in use stays what it was, and whose it was. */
  const permits = (from: number, reference: number, by: number, readonly: boolean): Page | undefined => {
    const entry = entries[from]?.get(reference);
    if (entry?.kind !== "access" || entry.to !== by || (!readonly && entry.readonly)) return undefined;
    const [used] = inUse(from, reference);
    if (used !== undefined) return used.by === by ? used.page : undefined;
    return own[from]?.get(entry.gfn);
  };
  const isHole = (domain: number, gfn: number) =>
    gfn < SIZE &&
    gfn !== OWN &&
    gfn !== TABLE_GFN &&
    !own[domain]?.has(gfn) &&
    !mapped.some((mapping) => mapping.by === domain && mapping.at === gfn);

  for (let n = 0; n < OPERATIONS; n++) {
    const from = draw(3);
    const by = draw(3);
    const reference = draw(REFERENCES);
    const readonly = draw(2) === 0;
    const owner = domains[from] as (typeof domains)[0];
    const other = domains[by] as (typeof domains)[0];
    switch (draw(11)) {
      case 0: {
        if (inUse(from, reference).length > 0) break;
        const entry = { kind: "access", to: by, gfn: draw(SIZE), readonly } as const;
        grant(owner, reference, entry.to, entry.gfn, entry.readonly);
        entries[from]?.set(reference, entry);
        break;
      }
      case 1: {
        const free = inUse(from, reference).length === 0;
        if (entries[from]?.get(reference)?.kind === "used") break;
        expect(revoke(owner, reference)).toBe(free);
        if (free) entries[from]?.delete(reference);
        seen[free ? "revoke" : "refusedRevoke"]++;
        break;
      }
      // Rudely, in use or not: another page, one that the domain does not have, or somebody else's turn.
      case 2: {
        const entry = entries[from]?.get(reference);
        if (entry === undefined) break;
        const [gfn, to] = draw(2) === 0 ? [draw(2 * SIZE), entry.to] : [entry.gfn, by];
        owner.memory.write32(TABLE_GFN * PAGE + GRANT_ENTRY * reference + 4, gfn);
        owner.memory.write16(TABLE_GFN * PAGE + GRANT_ENTRY * reference + 2, to);
        entries[from]?.set(reference, { ...entry, gfn, to });
        break;
      }
      case 3: {
        const at = draw(3) === 0 ? draw(SIZE) : HOLES + draw(HOLE_COUNT);
        const flags = GNTMAP.hostMap | (readonly ? GNTMAP.readonly : 0);
        const operation = { hostAddress: at * PAGE, flags, reference, domain: from };
        other.calls.mapGrants([operation]);
        const { status, handle } = operation as { status?: number; handle?: number };
        const page = permits(from, reference, by, readonly);
        const allowed = page !== undefined && isHole(by, at);
        expect(status === GNTST.okay).toBe(allowed);
        seen[allowed ? "map" : "refusedMap"]++;
        if (allowed) mapped.push({ by, from, reference, page, at, readonly, handle: handle as number });
        break;
      }
      // With a handle that is right, or somebody else's, or an old one.
      case 4: {
        const guess = mapped[draw(Math.max(1, mapped.length))];
        const handle = draw(3) === 0 ? draw(1000) : (guess?.handle ?? 0);
        const operation = { hostAddress: (guess?.at ?? HOLES) * PAGE, handle };
        other.calls.unmapGrants([operation]);
        const { status } = operation as { status?: number };
        const right = mapped.find(
          (mapping) =>
            mapping.handle === handle && mapping.by === by && mapping.at * PAGE === operation.hostAddress,
        );
        expect(status === GNTST.okay).toBe(right !== undefined);
        if (right !== undefined) seen.unmap++;
        mapped = mapped.filter((mapping) => mapping !== right);
        break;
      }
      case 5: {
        const gfn = draw(OWN);
        const to = own[by]?.get(gfn);
        const operation = {
          source: { place: reference, domain: from, offset: 0 },
          destination: { place: gfn, domain: DOMID_SELF, offset: 0 },
          length: 4,
          flags: GNTCOPY.sourceGrant,
        };
        other.calls.copyGrants([operation]);
        const { status } = operation as { status?: number };
        const page = permits(from, reference, by, true);
        const allowed = page !== undefined && to !== undefined;
        expect(status === GNTST.okay).toBe(allowed);
        seen[allowed ? "copy" : "refusedCopy"]++;
        if (allowed) to.value = page.value;
        break;
      }
      case 6: {
        if (inUse(from, reference).length > 0) break;
        const entry = { kind: "transfer", to: by, gfn: draw(SIZE), readonly } as const;
        accepting(owner, reference, entry.to, entry.gfn);
        entries[from]?.set(reference, entry);
        break;
      }
      // `by` gives a page of its own to `from`.
      case 7: {
        const gfn = draw(SIZE);
        const page = own[by]?.get(gfn);
        const operation = { gfn, domain: from, reference };
        other.calls.transferGrants([operation]);
        const { status } = operation as { status?: number };
        if (page === undefined || mapped.some((mapping) => mapping.page === page)) {
          expect(status).toBe(GNTST.badPage);
          seen.refusedTransfer++;
          break;
        }
        own[by]?.delete(gfn);
        const entry = entries[from]?.get(reference);
        const taken = entry?.kind === "transfer" && entry.to === by && isHole(from, entry.gfn);
        expect(status).toBe(taken ? GNTST.okay : GNTST.generalError);
        seen[taken ? "transfer" : "lost"]++;
        if (!taken) break;
        own[from]?.set(entry.gfn, page);
        entries[from]?.set(reference, { ...entry, kind: "used" });
        break;
      }
      case 8: {
        const gfn = draw(SIZE);
        const hole = isHole(by, gfn);
        expect(other.calls.populatePhysmap([gfn])).toBe(hole ? 1 : 0);
        if (!hole) break;
        own[by]?.set(gfn, { value: 0 });
        seen.populate++;
        break;
      }
      case 9: {
        const gfn = draw(SIZE);
        const page = own[by]?.get(gfn);
        if (draw(4) !== 0) break;
        expect(other.calls.decreaseReservation([gfn])).toBe(page === undefined ? 0 : 1);
        own[by]?.delete(gfn);
        break;
      }
      default: {
        const gfn = draw(SIZE);
        if (gfn === OWN || gfn === TABLE_GFN) break;
        const mapping = mapped.find((one) => one.by === by && one.at === gfn);
        const page = mapping?.page ?? own[by]?.get(gfn);
        if (page === undefined) {
          expect(() => other.memory.read32(gfn * PAGE)).toThrow(PageFault);
          break;
        }
        expect(other.memory.read32(gfn * PAGE)).toBe(page.value);
        const value = draw(1 << 30);
        if (mapping?.readonly) expect(() => other.memory.write32(gfn * PAGE, value)).toThrow(PageFault);
        else {
          other.memory.write32(gfn * PAGE, value);
          page.value = value;
        }
      }
    }
  }
  for (const [from, table] of entries.entries())
    for (const [reference, { kind }] of table) {
      const flags = (domains[from] as (typeof domains)[0]).memory.read16(
        TABLE_GFN * PAGE + GRANT_ENTRY * reference,
      );
      if (kind === "access") expect((flags & GTF.reading) !== 0).toBe(inUse(from, reference).length > 0);
      expect((flags & GTF.type) === GTF.acceptTransfer && (flags & GTF.transferCompleted) !== 0).toBe(
        kind === "used",
      );
    }
  // Every frame is somebody's, or free, or waits for the last one who has it mapped.
  const owned = own.reduce((pages, mine) => pages + mine.size, 0);
  const dying = new Set(
    mapped.map(({ page }) => page).filter((page) => !own.some((o) => [...o.values()].includes(page))),
  );
  expect(frames.free + owned + dying.size).toBe(total + 3 * OWN);
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
});
