/** What lab 10 measures: equal machines on a host with less memory than they have, managed by the component. */
import {
  type Account,
  Consolidation,
  ESX_2002,
  type GuestPlan,
  type MemoryPrices,
  probe,
  REFERENCE,
} from "../../src/systems/overcommit/index.ts";
import type { MemoryManagement } from "./component.ts";

const MACHINES = 4;
const PAGES = 512;
const SECONDS = 20;
/** Looked at in a second. */
const SCAN = 200;
/** What the host needs besides: page tables, and what it keeps free. */
const HEADROOM = 1.07;
const TABLES = 10;

/** A page in or out as fast as from a solid-state disk of 2020, some 20 µs. */
export const FAST_DISK: MemoryPrices = {
  ...ESX_2002,
  id: "fast-disk",
  name: "a server of 2002 with a disk of 2020",
  work: { ...ESX_2002.work, diskRead: 20_000, diskWrite: 20_000 },
};

export interface Conditions {
  readonly prices?: MemoryPrices;
  /** Measured, in seconds, after twice as long. */
  readonly seconds?: number;
  /** Every machine has another system: nothing is equal. */
  readonly different?: boolean;
}

const guest = (number: number, different: boolean): GuestPlan => ({
  ...{ name: `vm${number}`, memory: PAGES, kernel: 50, image: different ? 7 + number : 7 },
  workload: {
    ...{ anonymous: 250, files: 450, hot: 0.4, toHot: 0.9 },
    ...{ toAnonymous: 0.5, writes: 0.3, fileWrites: 0.01 },
  },
});

function consolidate(
  ratio: number,
  host: object,
  { prices = ESX_2002, different = false, seconds = SECONDS }: Conditions = {},
) {
  const memory = Math.round(((MACHINES * PAGES) / ratio) * HEADROOM) + TABLES * MACHINES;
  const guests = Array.from({ length: MACHINES }, (_, number) => guest(number, different));
  const all = new Consolidation({ memory, balloon: true, scan: SCAN, prices, ...host }, guests);
  all.run(2 * seconds);
  all.measure();
  all.run(seconds);
  return all.accounts();
}

const sum = (
  accounts: readonly Account[],
  key: "throughput" | "swapIns" | "ballooned" | "faults" | "parted",
) => accounts.reduce((total, account) => total + account[key], 0);

/** Throughput over overcommit, with balloons by the component's targets and pages shared by its scan and write. */
export function overcommitRows(
  component: MemoryManagement,
  ratios: readonly number[],
  conditions: Conditions = {},
) {
  const rows = ratios.map((ratio) => {
    const accounts = consolidate(ratio, { policy: component }, conditions);
    return {
      ratio,
      throughput: Math.round(sum(accounts, "throughput")),
      ...{ swapIns: sum(accounts, "swapIns"), ballooned: sum(accounts, "ballooned") },
      ...{ faults: sum(accounts, "faults"), parted: sum(accounts, "parted") },
    };
  });
  const full = rows[0]?.throughput ?? 1;
  return rows.map((row) => ({ ...row, percent: Math.round((1000 * row.throughput) / full) / 10 }));
}

/** The same host without any help: it swaps. */
export function swappingRows(ratios: readonly number[], conditions: Conditions = {}) {
  const full = sum(consolidate(1, NOTHING, conditions), "throughput");
  return ratios.map((ratio) => {
    const throughput = sum(consolidate(ratio, NOTHING, conditions), "throughput");
    return { ratio, percent: (100 * throughput) / full };
  });
}

/** The component and a host that only swaps, in another world. */
export function worldRows(component: MemoryManagement, ratios: readonly number[], conditions: Conditions) {
  const swapping = swappingRows(ratios, conditions);
  return overcommitRows(component, ratios, conditions).map(({ ratio, percent, swapIns, faults }, at) => ({
    ...{ overcommit: ratio, "yours (%)": percent },
    "swapping (%)": Math.round(10 * swapping[at]!.percent) / 10,
    ...{ swapIns, faults },
  }));
}

const NOTHING = { balloon: false, scan: 0 };

/** Opens the lab: one host, four ways to find memory. */
export function openingRows(ratios: readonly number[]) {
  const WAYS = {
    "the host swaps": NOTHING,
    "way A": { balloon: false, scan: SCAN },
    "way B": { balloon: true, scan: 0 },
    "A and B": { balloon: true, scan: SCAN },
  };
  return Object.entries(WAYS).flatMap(([way, host]) =>
    ratios.map((ratio) => ({
      ...{ way, ratio },
      throughput: Math.round(sum(consolidate(ratio, { ...host, policy: REFERENCE }), "throughput")),
    })),
  );
}

/** What a neighbour can measure: one write, in microseconds. */
export function timingRows() {
  return [true, false].flatMap((sharing) =>
    [true, false].map((guess) => ({
      host: sharing ? "shares pages" : "shares nothing",
      guess: guess ? "right" : "wrong",
      microseconds: probe(guess, sharing, ESX_2002, 1) / 1000,
    })),
  );
}
