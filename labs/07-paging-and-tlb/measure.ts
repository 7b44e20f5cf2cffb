/** What lab 07 measures: misses of a TLB that the component keeps, the machine's own counters, and a host full of segments. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { fragmentationOf } from "../../src/experiments/fragmentation.ts";
import type { Gva } from "../../src/machine/address.ts";
import { Bus } from "../../src/machine/bus.ts";
import { Clock } from "../../src/machine/clock.ts";
import { CR0, CR4 } from "../../src/machine/cpu/cpu.ts";
import { Mmu } from "../../src/machine/mmu/mmu.ts";
import { PENTIUM_4 } from "../../src/machine/profiles/pentium4.ts";
import { Trace } from "../../src/machine/trace.ts";
import { makePlacement, Tenants } from "../../src/systems/index.ts";
import type { Fit, PagingAndTlb } from "./component.ts";
import { Host } from "./host.ts";
import { Tlb } from "./tlb.ts";

/** Of a Pentium 4's data TLB. */
export const WAYS = 64;
const PAGE = 4096;
const ROUNDS = 12;
const WARM = 2;
const SEED = 1966;

export type TlbLogic = Pick<PagingAndTlb, "lookup" | "victim" | "flush">;

/** Page numbers of a run: each page once, and again from the beginning. */
export function* sweep(pages: number): Generator<number> {
  for (let round = 0; round < ROUNDS; round++) for (let page = 0; page < pages; page++) yield page;
}

/** The same, but each tenth access is to a page that nobody needs again. */
export function* withPassersBy(pages: number): Generator<number> {
  let page = 0;
  for (let count = 0; count < ROUNDS * pages; count++) {
    yield count % 10 === 9 ? pages + count : page;
    if (count % 10 !== 9) page = (page + 1) % pages;
  }
}

/** The same TLB, but when it is full, whoever must go is drawn by lot. */
export function byLot({ lookup, flush }: TlbLogic): TlbLogic {
  const generator = xoroshiro128plus(SEED);
  const drawn = (count: number) => uniformInt(generator, 0, count - 1);
  const free = (ways: Parameters<TlbLogic["victim"]>[0]) => ways.findIndex(({ valid }) => !valid);
  return { lookup, flush, victim: (ways) => (free(ways) < 0 ? drawn(ways.length) : free(ways)) };
}

/** Misses of a TLB of 64 entries, one set or several, in per cent of the accesses; the first two rounds, in which it fills, do not count. */
export function missRows(logic: TlbLogic, sizes: readonly number[], { stream = sweep, sets = 1 } = {}) {
  return sizes.map((pages) => {
    const tlbs = Array.from({ length: sets }, () => new Tlb(logic, WAYS / sets));
    let [accesses, misses] = [0, 0];
    for (const page of stream(pages)) {
      const { hit } = (tlbs[page % sets] as Tlb).access(page);
      if (accesses++ >= WARM * pages && !hit) misses++;
    }
    return { pages, misses: (100 * misses) / (accesses - WARM * pages) };
  });
}

const [DIRECTORY, TABLE] = [0x1000, 0x2000];
const MEMORY = 4 << 20;

/** The same sweep on the machine's own memory unit, a Pentium 4's, with counters. `large`: one page of 4 MiB holds them all. */
export function machineRows(sizes: readonly number[], { large = false } = {}) {
  return sizes.map((pages) => {
    const bus = new Bus(MEMORY);
    const clock = new Clock();
    const trace = new Trace(clock);
    const mmu = new Mmu({ bus, clock, trace, profile: PENTIUM_4 });
    bus.view.setInt32(DIRECTORY, large ? 0x83 : TABLE | 3, true);
    for (let page = 0; page < 1024; page++) bus.view.setInt32(TABLE + 4 * page, (page * PAGE) | 3, true);
    mmu.loadCr3(DIRECTORY, 0);
    mmu.setControl(CR0.PE | CR0.PG, CR4.PSE, 0);
    const round = () => {
      for (let page = 0; page < pages; page++) mmu.read32((page * PAGE) as Gva);
    };
    round();
    const before = { miss: trace.count("dtlbMiss"), reference: trace.count("walkReference"), now: clock.now };
    for (let count = 1; count < ROUNDS; count++) round();
    const accesses = (ROUNDS - 1) * pages;
    return {
      ...{ pages, accesses, dtlbMiss: trace.count("dtlbMiss") - before.miss },
      walkReference: trace.count("walkReference") - before.reference,
      cyclesPerAccess: (clock.now - before.now) / accesses,
    };
  });
}

/** Bytes. */
const HOST = { memory: 4 << 20, least: 4 << 10, most: 512 << 10 };

/** A host whose tenants your `place` finds a place for, by each policy, and one that has pages. */
export function hostRows({ place }: Pick<PagingAndTlb, "place">, departures = 300) {
  const fits: readonly Fit[] = ["first", "best", "worst"];
  const hosts = [
    ...fits.map((fit) => [`${fit} fit`, new Host(place, HOST.memory, fit)] as const),
    ["paging", makePlacement("paging", new Uint8Array(HOST.memory), PAGE)] as const,
  ];
  return hosts.flatMap(([placement, host]) =>
    fragmentationOf(new Tenants(host, HOST, SEED), departures).map((row) => ({ placement, ...row })),
  );
}
