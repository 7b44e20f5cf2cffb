/** Repeated walks leave nothing out that a walk would do: random histories with and without them end in the same memory. */
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { RepeatedWalks, UNKNOWN, VACANT } from "../../../src/machine/mmu/repeat.ts";
import { Tlb } from "../../../src/machine/mmu/tlb.ts";
import { StateWriter } from "../../../src/machine/state.ts";
import { type Board, board, type Control, control, gva, raised } from "./board.ts";

const DIRECTORIES = [0x10000, 0x14000];
const TABLES = [0x11000, 0x15000];
/** Pages that meet in one place of the front, 256 apart, and neighbours. */
const PAGES = [3, 4, 259, 260, 515, 771];
const LARGE = 0x80;
const PRESENT = 1;

type Step =
  | { do: "read" | "write" | "fetch" | "invalidate"; page: number; user: boolean }
  | { do: "entry"; tables: number; page: number; frame: number; bits: number }
  | { do: "large"; tables: number; on: boolean }
  | { do: "cr3"; tables: number }
  | { do: "device" }
  | { do: "control"; value: Control };

const page = fc.constantFrom(...PAGES);
const tables = fc.constantFrom(0, 1);
const entry = fc.record({
  do: fc.constant("entry" as const),
  ...{ tables, page },
  // Above RAM and above 2 GiB, too.
  frame: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0x200, max: 0x208 }) }, fc.constant(0xfed00)),
  // Writable, user, accessed, dirty, global; mostly present.
  bits: fc.tuple(fc.nat(0x1ff), fc.nat(3)).map(([bits, present]) => (bits & 0x166) | (present ? 1 : 0)),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({
      do: fc.constantFrom("read", "write", "fetch", "invalidate"),
      page,
      user: fc.boolean(),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("cr3" as const), tables }) },
  {
    weight: 3,
    arbitrary: entry,
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("large" as const), tables, on: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("device" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("control" as const),
      value: fc.record({
        format: fc.constantFrom("ia32", "ia32", "ia32", "none", "pae"),
        ...{ writeProtect: fc.boolean(), pge: fc.boolean(), pse: fc.boolean() },
      }),
    }),
  },
);

/** What systems do with a page: a new entry, INVLPG, an access. */
const remap: fc.Arbitrary<Step[]> = fc
  .tuple(entry, fc.constantFrom("read", "write", "fetch"), fc.boolean())
  .map(([changed, access, user]) => [
    changed,
    { do: "invalidate", page: changed.page, user },
    { do: access, page: changed.page, user } as Step,
  ]);

const history = fc
  .array(fc.oneof({ weight: 8, arbitrary: step.map((one) => [one]) }, { weight: 1, arbitrary: remap }), {
    ...{ minLength: 60, maxLength: 160, size: "max" },
  })
  .map((steps) => steps.flat());

function play(steps: readonly Step[]): unknown[] {
  const b: Board = board({
    itlb: { small: { entries: 4, ways: 2 } },
    dtlb: { small: { entries: 4, ways: 4 } },
  });
  const { mmu, view, bus } = b;
  for (const i of [0, 1]) {
    view.setUint32(DIRECTORIES[i] as number, (TABLES[i] as number) | 7, true);
    for (const n of PAGES) view.setUint32((TABLES[i] as number) + 4 * n, ((0x200 + n) << 12) | 7, true);
  }
  mmu.loadCr3(DIRECTORIES[0] as number, 0);
  control(mmu, { format: "ia32", pge: true });
  let takeAway: (() => void) | undefined;
  const seen: unknown[] = [];
  for (const s of steps)
    seen.push(
      raised(mmu, () => {
        switch (s.do) {
          case "entry":
            view.setUint32((TABLES[s.tables] as number) + 4 * s.page, (s.frame << 12) | s.bits, true);
            break;
          case "large":
            view.setUint32(
              DIRECTORIES[s.tables] as number,
              s.on ? LARGE | 7 : (TABLES[s.tables] as number) | 6 | PRESENT,
              true,
            );
            break;
          case "cr3":
            mmu.loadCr3(DIRECTORIES[s.tables] as number, 0);
            break;
          case "control":
            control(mmu, s.value);
            break;
          case "device":
            if (takeAway === undefined)
              takeAway = bus.mapMmio(0x203000, 4096, { read: () => 0x55, write: () => {} });
            else {
              takeAway();
              takeAway = undefined;
            }
            break;
          default: {
            mmu.user = s.user;
            const at = gva(s.page * 4096 + 16);
            if (s.do === "read") seen.push(mmu.read32(at));
            else if (s.do === "write") mmu.write32(at, seen.length);
            else if (s.do === "fetch") seen.push(mmu.fetch(at));
            else mmu.invalidate(at);
          }
        }
      }),
    );
  const out = new StateWriter();
  mmu.save(out);
  seen.push(b.clock.now, [...b.trace.counts], Buffer.from(out.finish()).toString("base64"));
  seen.push(Buffer.from(bus.ram.subarray(0x10000, 0x16000)).toString("base64"));
  return seen;
}

afterEach(() => vi.restoreAllMocks());

test("a history is the same whether walks are repeated or done", () => {
  const again = vi.spyOn(RepeatedWalks.prototype, "again");
  const change = vi.spyOn(Tlb.prototype, "change");
  const histories = fc.sample(history, { seed: 7, numRuns: 200 });
  const repeated = histories.map(play);
  const times = (what: (result: number) => boolean) =>
    again.mock.results.filter(({ value }) => what(value)).length;
  expect(times((result) => result >= 0)).toBeGreaterThan(200);
  expect(times((result) => result === VACANT)).toBeGreaterThan(50);
  expect(change.mock.calls.length).toBeGreaterThan(50);
  again.mockReturnValue(UNKNOWN);
  for (const [i, steps] of histories.entries())
    expect(play(steps), JSON.stringify(steps)).toEqual(repeated[i]);
});

test("a large page in the TLB comes before the walk that a small one had", () => {
  const { mmu, view } = board();
  const directory = DIRECTORIES[0] as number;
  const table = TABLES[0] as number;
  view.setUint32(directory, table | 7, true);
  view.setUint32(table + 12, 0x200000 | 7, true);
  view.setInt32(0x200000, 1111, true);
  view.setInt32(0x3000, 2222, true);
  mmu.loadCr3(directory, 0);
  control(mmu, { format: "ia32", pse: true });
  expect(mmu.read32(gva(0x3000))).toBe(1111);
  mmu.flush(false);
  const small = view.getUint32(directory, true);
  view.setUint32(directory, LARGE | 7, true);
  expect(mmu.read32(gva(0x3000))).toBe(2222);
  view.setUint32(directory, small, true);
  // Another page takes its place in the front.
  expect(mmu.read32(gva(0x103000))).toBe(0);
  expect(mmu.read32(gva(0x3000))).toBe(2222);
});
