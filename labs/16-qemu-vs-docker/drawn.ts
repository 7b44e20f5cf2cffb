/** Cases drawn from a seed, for the student's own trials and for the hidden tests. */
import type { Cell, Effect, Line } from "./component.ts";
import { exactEnds } from "./exact.ts";
import type { Judged, Pair, Planning, Recorded, Samples } from "./scenarios.ts";
import { type CellOptions, cell, changed, cpu, failed, files, line, measuring } from "./situations.ts";

/** A whole number from 0, below the one given. */
export type Draw = (below: number) => number;

const one = <T>(draw: Draw, of: readonly T[]): T => of[draw(of.length)] as T;
const chance = (draw: Draw, percent: number): boolean => draw(100) < percent;

const TARGETS = ["host", "docker", "runc", "podman", "qemu-tcg", "qemu-kvm"];

export function drawPlanning(draw: Draw, warmups = draw(3)): Planning {
  const places = TARGETS.slice(0, 2 + draw(3)).flatMap((target) =>
    ["cpu", "files"].slice(0, 1 + draw(2)).map((name) => ({ target, scenario: "small", case: name })),
  );
  return { places, warmups, repetitions: 2 + draw(5), seed: draw(1_000_000) };
}

/** Three places and so many rounds: each of six orders should come about as often. */
export function drawOrders(draw: Draw, repetitions: number): Planning {
  const places = ["host", "docker", "qemu"].map((target) => ({ target, scenario: "small", case: "cpu" }));
  return { places, warmups: 1, repetitions, seed: draw(1_000_000) };
}

/** A value around 1, cut off: the sum of four dice. */
const noise = (draw: Draw, spread: number): number => {
  const sum = draw(1000) + draw(1000) + draw(1000) + draw(1000);
  return 1 + (spread * (sum - 1998)) / 577;
};

const four = (value: number): number => Number(value.toPrecision(4));

/** Lines as a record holds them that was resumed, repeated and interrupted. */
export function drawRecorded(draw: Draw): Recorded {
  const measure = one(draw, ["eventsPerCpuSecond", "eventsPerSecond", "readMiBs"] as const);
  const metrics = (): Line["metrics"] => {
    const value = four(1000 * noise(draw, 0.2));
    return chance(draw, 7) ? { totalEvents: 100 } : { [measure]: value };
  };
  const attempt = (index: number, warmup: boolean): Line[] => {
    const isDone = !chance(draw, 20);
    const first = line(index, isDone ? metrics() : {}, { warmup, outcome: isDone ? "done" : "failed" });
    return chance(draw, 25) ? [first, ...attempt(index, warmup)] : [first];
  };
  const warmups = Array.from({ length: draw(3) }, (_, index) => attempt(index, true));
  const measured = Array.from({ length: one(draw, [0, 1, 1, 3, 5]) }, (_, index) => attempt(index, false));
  return { measure, lines: [...warmups, ...measured].flat() };
}

/** Two samples of five whose means differ by about that factor; each ascends, as on a machine that warms up. */
export function drawSamples(draw: Draw, factor: number, spread: number, sizes = [5, 5]): Samples {
  const base = 200 + draw(2000);
  const [above, below] = [base * factor, base].map((mean, at) =>
    Array.from({ length: sizes[at]! }, () => four(mean * noise(draw, spread))).sort((a, b) => a - b),
  );
  return { above: above!, below: below!, resamples: 10_000, seed: draw(1_000_000) };
}

/**
 * Samples whose exact interval is clear of 1, or well around it. Those with a difference differ by much, or by little that is steady;
 * those without it have means that are apart.
 */
export function drawClear(draw: Draw, verdict: Effect["verdict"]): { samples: Samples; verdict: string } {
  const isNone = verdict === "no difference detected";
  const [by, spread] = isNone
    ? [0.12, 0.3]
    : one(draw, [
        [0.02, 0.002],
        [0.25, 0.06],
      ]);
  const up = verdict === "more" || (isNone && draw(2) === 0);
  for (;;) {
    const samples = drawSamples(draw, up ? 1 + by! : 1 / (1 + by!), spread!);
    const { low, high } = exactEnds(samples);
    const margin = 0.3 * (high - low);
    const isClear = {
      more: low - margin > 1,
      fewer: high + margin < 1,
      "no difference detected": low + margin < 1 && high - margin > 1,
    }[verdict];
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
    const isApart = Math.abs(mean(samples.above) / mean(samples.below) - 1) > 0.06;
    if (isClear && (isApart || !isNone)) return { samples: { ...samples, resamples: 1000 }, verdict };
  }
}

const WORK = [
  cpu(10_000),
  cpu(10_000, 2),
  cpu(20_000),
  files("seqrd", 4096),
  files("rndwr", 4096),
  files("rndwr", 2048),
];

/** One change to a cell, as reports had them. */
const SPOIL: readonly ((cell: Cell, draw: Draw) => Cell)[] = [
  (from, draw) => failed(from, draw(from.repetitions.length)),
  (from, draw) => changed(from, draw(from.repetitions.length), () => ({ pageCache: "drop failed" })),
  (from, draw) => measuring(from, draw(from.repetitions.length), { totalEvents: 0 }),
  (from, draw) => latency(from, draw, (min, _, max) => ({ min, avg: max * 2, max })),
  (from, draw) => latency(from, draw, (min, avg, max) => ({ min: avg, avg: min, max })),
  (from, draw) =>
    latency(from, draw, (min, avg) => ({ min, avg, max: one(draw, [59_000, 61_000, 1.8446744073678e13]) })),
  (from, draw) => {
    const which = draw(from.repetitions.length);
    const { totalEvents = 0, eventsPerSecond = 0 } = from.repetitions[which]!.metrics;
    const wrong = one(draw, [
      totalEvents,
      eventsPerSecond * 1.04,
      eventsPerSecond * 1.07,
      eventsPerSecond * 0.9,
    ]);
    return measuring(from, which, { eventsPerSecond: Math.round(wrong) });
  },
];

function latency(
  from: Cell,
  draw: Draw,
  change: (min: number, avg: number, max: number) => NonNullable<Line["metrics"]["latency"]>,
): Cell {
  const which = draw(from.repetitions.length);
  const { latency: was } = from.repetitions[which]!.metrics;
  return was ? measuring(from, which, { latency: change(was.min, was.avg, was.max) }) : from;
}

/** Two cells that are alike but for one thing or two. */
export function drawPair(draw: Draw): Pair {
  const workload = one(draw, WORK);
  const planned = one(draw, [1, 2, 3, 5]);
  const rates = () => Array.from({ length: planned }, () => four(900 * noise(draw, 0.05)));
  const options: CellOptions = { workload, planned, pageCache: one(draw, ["dropped", "warm"]) };
  const other: CellOptions = { ...options, target: "docker", kind: "container", rates: rates() };
  const base: CellOptions = { ...options, rates: rates() };
  if (chance(draw, 30)) Object.assign(one(draw, [other, base]), difference(draw));
  // Nobody has asked sysbench in either of the two.
  if (chance(draw, 6)) for (const side of [other, base]) Object.assign(side, { sysbench: undefined });
  const spoiled = (from: Cell) => (chance(draw, 45) ? one(draw, SPOIL)(from, draw) : from);
  return { other: spoiled(cell(other)), base: spoiled(cell(base)) };
}

const difference = (draw: Draw): CellOptions =>
  one<CellOptions>(draw, [
    { sysbench: "1.0.18" },
    { sysbench: "0.4.12" },
    { sysbench: undefined as never },
    { scenario: "large", memory: 2048 },
    { scenario: "wide", processors: 2 },
    { scenario: "short", seconds: 10 },
    { scenario: "cached", pageCache: "warm" },
    { case: "other", workload: one(draw, WORK) },
  ]);

const KINDS: Readonly<Record<string, NonNullable<CellOptions["kind"]>>> = {
  ...{ host: "host", docker: "container", "qemu-tcg": "emulator", "qemu-kvm": "virtual machine" },
};

const SMALL = { scenario: "small", processors: 1, memory: 1024 };
const LARGE = { scenario: "large", processors: 1, memory: 2048 };
const WIDE = { scenario: "wide", processors: 2, memory: 2048 };

/** Processor work in two scenarios on all kinds of targets: of the host's speed, of an emulator's, or of no speed at all. */
export function drawCpu(draw: Draw): Judged {
  const names = ["host", one(draw, ["docker", "qemu-tcg"]), "qemu-kvm"];
  const limits = one(draw, [
    [10_000, 20_000],
    [10_000, 11_000],
    [10_000, 20_000, 40_000],
  ]);
  const cells = names.flatMap((target) =>
    [SMALL, WIDE].flatMap((scenario) => {
      const empty = chance(draw, 20);
      const slow = chance(draw, 50) ? 1 : one(draw, [0.14, 0.5, 0.7]);
      const kept = limits.filter(() => !chance(draw, 25));
      const twice = chance(draw, 25);
      return kept.map((limit, at) => {
        const natural = (1.6e9 / (twice && at === 1 ? kept[0]! : limit) ** 1.36) * slow;
        const rate = empty ? 13_700 : natural;
        const rates = Array.from({ length: 3 }, () => four(rate * noise(draw, 0.01)));
        const of = cell({
          target,
          kind: KINDS[target]!,
          ...scenario,
          case: `cpu-${limit}`,
          workload: cpu(limit),
          rates,
        });
        return chance(draw, 8) ? failed(of, draw(3)) : of;
      });
    }),
  );
  return { cells: shuffled(draw, cells), host: { processors: 4, memory: 8192 } };
}

/** Files in scenarios of two sizes of memory. */
export function drawFiles(draw: Draw): Judged {
  const flags = chance(draw, 30) ? ({ flags: "direct" } as const) : {};
  const size = one(draw, [1024, 1536, 3072, 6144, 20_000]);
  const work = { seqrd: files("seqrd", size, flags), rndwr: files("rndwr", size, flags) };
  const pageCache = one(draw, ["dropped", "warm"] as const);
  const cells = ["host", "docker", "qemu-kvm"].flatMap((target) =>
    [SMALL, LARGE, WIDE].flatMap((scenario) =>
      (["seqrd", "rndwr"] as const).flatMap((mode) => {
        if (chance(draw, 45)) return [];
        const rate = one(draw, [60, 80, 100, 400]);
        const rates = Array.from({ length: 3 }, () => four(rate * noise(draw, 0.02)));
        return [
          cell({
            target,
            kind: KINDS[target]!,
            ...scenario,
            pageCache,
            case: mode,
            workload: work[mode],
            rates,
          }),
        ];
      }),
    ),
  );
  return { cells: shuffled(draw, cells), host: { processors: 4, memory: one(draw, [2048, 8192]) } };
}

/** Repetitions that others disturb, and repetitions that stand alone. */
export function drawTroubled(draw: Draw): Judged {
  const processors = one(draw, [2, 4]);
  const cells = ["host", "docker", "qemu-tcg"].map((target) => {
    const count = one(draw, [2, 3, 4, 5, 6]);
    const slow = chance(draw, 50) ? draw(count) : -1;
    const second = chance(draw, 30) ? draw(count) : -1;
    // None of them is near the 30 % of the clause.
    // None of them is near the 30 % of the clause.
    const depth = one(draw, [0.5, 0.6, 0.8, 1.45]);
    const rates = Array.from({ length: count }, (_, at) =>
      four(1600 * noise(draw, 0.02) * (at === slow || at === second ? depth : 1)),
    );
    let of = cell({ target, kind: KINDS[target]!, rates });
    if (chance(draw, 35)) {
      const before = processors + one(draw, [0.2, 0.4, 0.7, 3]);
      of = changed(of, draw(count), () => ({ load: { before, after: 1 } }));
    }
    if (chance(draw, 25))
      of = changed(of, draw(count), () => ({ pressure: { cpu: one(draw, [12, 19, 24, 60]) } }));
    if (chance(draw, 20)) of = changed(of, draw(count), () => ({ outcome: "failed" }));
    return of;
  });
  return { cells, host: { processors, memory: 8192 } };
}

function shuffled<T>(draw: Draw, list: T[]): T[] {
  for (let last = list.length - 1; last > 0; last--) {
    const other = draw(last + 1);
    [list[last], list[other]] = [list[other]!, list[last]!];
  }
  return list;
}
