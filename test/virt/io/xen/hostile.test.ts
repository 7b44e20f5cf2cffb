/**
 * Both sides do whatever comes to their mind; a naive model that knows only entries and handles says what each page of each domain must
 * lead to. RINGLAB_XEN_OPS sets how many operations.
 */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, test } from "vitest";
import { DOMID_SELF, GNTCOPY, GNTMAP, GNTST, PAGE } from "../../../../src/virt/io/xen/abi/numbers.ts";
import { GRANT_ENTRY, GTF } from "../../../../src/virt/io/xen/grant-table.ts";
import { PageFault } from "../../../../src/virt/io/xen/physmap.ts";
import { grant, HOLE_COUNT, HOLES, OWN, revoke, TABLE_GFN, world } from "./world.ts";

const OPERATIONS = Number(process.env.RINGLAB_XEN_OPS ?? 40_000);
const REFERENCES = 6;

interface Entry {
  readonly to: number;
  readonly gfn: number;
  readonly readonly: boolean;
}

interface Mapped {
  readonly by: number;
  readonly from: number;
  readonly reference: number;
  readonly gfn: number;
  readonly page: number;
  readonly readonly: boolean;
  readonly handle: number;
}

test("no mapping survives a revoke, and no page is reached without a grant", () => {
  const { domains } = world();
  const random = xoroshiro128plus(7);
  const draw = (below: number) => uniformInt(random, 0, below - 1);
  const entries = domains.map(() => new Map<number, Entry>());
  let mapped: Mapped[] = [];
  const seen = { map: 0, refusedMap: 0, unmap: 0, revoke: 0, refusedRevoke: 0, copy: 0, refusedCopy: 0 };
  for (const { domain, memory } of domains)
    for (let gfn = 0; gfn < OWN; gfn++) memory.write32(gfn * PAGE, 1000 * (domain.id + 1) + gfn);

  const inUse = (from: number, reference: number) =>
    mapped.filter((mapping) => mapping.from === from && mapping.reference === reference);
  const permits = (from: number, reference: number, by: number, readonly: boolean) => {
    const entry = entries[from]?.get(reference);
    if (entry === undefined || entry.to !== by || (!readonly && entry.readonly)) return undefined;
    // What is in use stays what it was.
    const gfn = inUse(from, reference)[0]?.gfn ?? entry.gfn;
    return gfn < OWN ? { gfn } : undefined;
  };
  for (let n = 0; n < OPERATIONS; n++) {
    const from = draw(3);
    const by = draw(3);
    const reference = draw(REFERENCES);
    const readonly = draw(2) === 0;
    const owner = domains[from] as (typeof domains)[0];
    const other = domains[by] as (typeof domains)[0];
    switch (draw(7)) {
      case 0: {
        if (inUse(from, reference).length > 0) break;
        const entry = { to: by, gfn: draw(OWN), readonly };
        grant(owner, reference, entry.to, entry.gfn, entry.readonly);
        entries[from]?.set(reference, entry);
        break;
      }
      case 1: {
        const free = inUse(from, reference).length === 0;
        expect(revoke(owner, reference)).toBe(free);
        if (free) entries[from]?.delete(reference);
        seen[free ? "revoke" : "refusedRevoke"]++;
        break;
      }
      // Rudely, in use or not: another page, or one that the domain does not have.
      case 2: {
        const entry = entries[from]?.get(reference);
        if (entry === undefined) break;
        const gfn = draw(2 * OWN);
        owner.memory.write32(TABLE_GFN * PAGE + GRANT_ENTRY * reference + 4, gfn);
        entries[from]?.set(reference, { ...entry, gfn });
        break;
      }
      case 3: {
        const page = HOLES + draw(HOLE_COUNT);
        const operation = {
          hostAddress: page * PAGE,
          flags: GNTMAP.hostMap | (readonly ? GNTMAP.readonly : 0),
          reference,
          domain: from,
        };
        other.calls.mapGrants([operation]);
        const { status, handle } = operation as { status?: number; handle?: number };
        const entry = permits(from, reference, by, readonly);
        const taken = mapped.some((mapping) => mapping.by === by && mapping.page === page);
        expect(status === GNTST.okay).toBe(entry !== undefined && !taken);
        seen[status === GNTST.okay ? "map" : "refusedMap"]++;
        if (status !== GNTST.okay || entry === undefined) break;
        mapped.push({ by, from, reference, gfn: entry.gfn, page, readonly, handle: handle as number });
        break;
      }
      // With a handle that is right, or somebody else's, or an old one.
      case 4: {
        const guess = mapped[draw(Math.max(1, mapped.length))];
        const handle = draw(3) === 0 ? draw(1000) : (guess?.handle ?? 0);
        const operation = { hostAddress: (guess?.page ?? HOLES) * PAGE, handle };
        other.calls.unmapGrants([operation]);
        const { status } = operation as { status?: number };
        const right = mapped.find(
          (mapping) =>
            mapping.handle === handle && mapping.by === by && mapping.page * PAGE === operation.hostAddress,
        );
        expect(status === GNTST.okay).toBe(right !== undefined);
        if (right !== undefined) seen.unmap++;
        mapped = mapped.filter((mapping) => mapping !== right);
        break;
      }
      case 5: {
        const gfn = draw(OWN);
        const before = other.memory.read32(gfn * PAGE);
        const operation = {
          source: { place: reference, domain: from, offset: 0 },
          destination: { place: gfn, domain: DOMID_SELF, offset: 0 },
          length: 4,
          flags: GNTCOPY.sourceGrant,
        };
        other.calls.copyGrants([operation]);
        const { status } = operation as { status?: number };
        const allowed = permits(from, reference, by, true);
        expect(status === GNTST.okay).toBe(allowed !== undefined);
        seen[status === GNTST.okay ? "copy" : "refusedCopy"]++;
        if (allowed === undefined) expect(other.memory.read32(gfn * PAGE)).toBe(before);
        else expect(other.memory.read32(gfn * PAGE)).toBe(owner.memory.read32(allowed.gfn * PAGE));
        break;
      }
      default: {
        const page = HOLES + draw(HOLE_COUNT);
        const mapping = mapped.find((one) => one.by === by && one.page === page);
        if (mapping === undefined) {
          expect(() => other.memory.read32(page * PAGE)).toThrow(PageFault);
          break;
        }
        const theirs = domains[mapping.from] as (typeof domains)[0];
        const value = draw(1 << 30);
        if (mapping.readonly) expect(() => other.memory.write32(page * PAGE, value)).toThrow(PageFault);
        else other.memory.write32(page * PAGE, value);
        expect(other.memory.read32(page * PAGE)).toBe(theirs.memory.read32(mapping.gfn * PAGE));
      }
    }
  }
  for (const [from, table] of entries.entries())
    for (const reference of table.keys()) {
      const flags = (domains[from] as (typeof domains)[0]).memory.read16(
        TABLE_GFN * PAGE + GRANT_ENTRY * reference,
      );
      expect((flags & GTF.reading) !== 0).toBe(inUse(from, reference).length > 0);
    }
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
});
