/**
 * The trace-driven fast path beside streams.c: the same streams over the same page tables, with the same TLBs, in turns, round by round, in
 * processor time. Both count misses, hits of the second level, walks, references and cycles, and a round in which they do not agree is an
 * error.
 */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { Gups, PointerChase, Strided, Zipf } from "../../../src/guests/streams/index.ts";
import type { CostProfile, TlbGeometry } from "../../../src/machine/cost.ts";
import { Drive, type DriveCounts } from "../../../src/machine/mmu/drive.ts";
import type { AddressStream } from "../../../src/machine/mmu/stream.ts";
import { HASWELL } from "../../../src/machine/profiles/haswell.ts";

/** From the root of the package, where npm runs us. */
const SOURCE = resolve("test/bench/machine/streams.c");
const GIB = 2 ** 30;
const SPAN = 16 * GIB;
const ACCESSES = 2 ** 21;
const ROUNDS = 7;
const PAGE = 12;

/** Haswell's TLBs; every walk begins at the root and pays the same for each reference, as streams.c has it. */
const PROFILE: CostProfile = {
  ...HASWELL,
  structureCaches: undefined,
  nestedStructureCaches: undefined,
  nestedTlb: undefined,
  walkCaches: undefined,
} as unknown as CostProfile;

const STREAMS: Record<string, (span: number) => AddressStream> = {
  "random (GUPS)": (span) => new Gups({ span, seed: 1 }),
  strided: (span) => new Strided({ span, stride: 64 }),
  "pointer chase": (span) => new PointerChase({ span, seed: 1 }),
  Zipf: (span) => new Zipf({ span, item: 4096, seed: 1 }),
};

/** Nanoseconds of processor time, and the five counts of a round. */
interface Round {
  readonly time: number;
  readonly counts: readonly number[];
}

class Opponent {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  constructor(folder: string, name: string, flags: readonly string[]) {
    const program = join(folder, name);
    execFileSync("gcc", ["-O2", "-Wall", "-Werror", ...flags, "-o", program, SOURCE], { stdio: "inherit" });
    this.#process = spawn(program, [join(folder, "tables"), join(folder, "stream")]);
    this.#reader = createInterface({ input: this.#process.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  async round(): Promise<Round> {
    this.#process.stdin.write("r");
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("streams.c ended before its time");
    const [time, ...counts] = String(value).split(" ").map(Number);
    return { time: time as number, counts };
  }

  end(): void {
    this.#reader.close();
    this.#process.stdin.end();
  }
}

const countsOf = (counts: DriveCounts): number[] => [
  counts.firstLevelMisses,
  counts.secondLevelHits,
  counts.walks,
  counts.references,
  counts.cycles,
];

function ownRound(drive: Drive, stream: Uint32Array): Round {
  const before = countsOf(drive.counts);
  const start = process.cpuUsage();
  drive.replay(stream);
  const { user, system } = process.cpuUsage(start);
  return {
    time: (user + system) * 1000,
    counts: countsOf(drive.counts).map((count, n) => count - (before[n] as number)),
  };
}

const macros = (level: string, { entries, ways }: TlbGeometry) => [
  `-D${level}_SETS=${entries / ways}`,
  `-D${level}_WAYS=${ways}`,
];

function flagsOf(drive: Drive): string[] {
  const { root, second, frames } = drive.region;
  return [
    ...macros("L1", PROFILE.dtlb.small),
    ...macros("STLB", PROFILE.stlb as TlbGeometry),
    ...[`-DPAGE_SHIFT=${PAGE}`, `-DROOT=${root}`, `-DFRAMES=${frames}ull`],
    ...[`-DSTLB_HIT=${PROFILE.stlbHit}`, `-DWALK_REFERENCE=${PROFILE.walkReference}`],
    ...(second === null ? [] : [`-DEPT_ROOT=${second.root}`]),
  ];
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] as number;

async function measure(name: string, nested: boolean): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "ringlab-bench-"));
  const opponents: Opponent[] = [];
  try {
    const drive = new Drive({ profile: PROFILE, span: SPAN, page: PAGE, ...(nested && { nested: PAGE }) });
    const stream = new Uint32Array(ACCESSES);
    (STREAMS[name] as (span: number) => AddressStream)(SPAN).fill(stream);
    writeFileSync(join(folder, "tables"), drive.region.bus.ram);
    writeFileSync(join(folder, "stream"), stream);
    const flags = flagsOf(drive);
    opponents.push(new Opponent(folder, "plain", flags));
    opponents.push(new Opponent(folder, "short", [...flags, "-DSHORT_CUTS"]));
    const times: number[][] = [[], [], []];
    for (let round = 0; round <= ROUNDS; round++) {
      const own = ownRound(drive, stream);
      const rounds = [own];
      for (const opponent of opponents) rounds.push(await opponent.round());
      for (const { counts } of rounds)
        if (counts.join() !== own.counts.join())
          throw new Error(`${name}, round ${round}: ours counted ${own.counts}, C ${counts}`);
      // The first one compiles ours, and brings the tables into the caches of all.
      if (round === 0) continue;
      for (const [n, { time }] of rounds.entries()) times[n]?.push(time / ACCESSES);
    }
    const [own, plain, short] = times.map(median) as [number, number, number];
    const speed = (time: number) => (1000 / time).toFixed(1);
    const ratio = (time: number) => (time / own).toFixed(2);
    const { walks, accesses } = drive.counts;
    const cells = [name, nested ? "nested" : "native", ((100 * walks) / accesses).toFixed(1), speed(own)];
    return `| ${[...cells, speed(plain), ratio(plain), speed(short), ratio(short)].join(" | ")} |`;
  } finally {
    for (const opponent of opponents) opponent.end();
    rmSync(folder, { recursive: true });
  }
}

export async function bench(): Promise<string> {
  const rows: string[] = [];
  for (const name of Object.keys(STREAMS))
    for (const nested of [false, true]) rows.push(await measure(name, nested));
  return [
    "| stream | tables | walks, % | ours, M/s | C, M/s | ours / C | C with short cuts, M/s | ours / that |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}
