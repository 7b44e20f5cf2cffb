/** The nanobenchmarks: what each measures, what the guest says of it, and how its marks are read. */

/**
 * As in Adams & Agesen, "A Comparison of Software and Hardware Techniques for x86 Virtualization" (ASPLOS 2006), sec. 6.3. The
 * two loops that the others contain come first.
 */
export interface Nanobenchmark {
  readonly name: string;
  readonly measures: string;
  /** The loop without the operation: on which ring the benchmark's own runs. */
  readonly loop: "empty" | "empty-user";
  /** Operations of one iteration. */
  readonly operations: number;
  /** Modes that have the operation. */
  readonly bits: readonly Bits[];
  /** What the guest says in the end: the number of traps taken, or a value that it finds. */
  readonly checksum: (iterations: number) => number;
}

export type Bits = 32 | 64;
const BOTH: readonly Bits[] = [32, 64];
const none = () => 0;
const each = (iterations: number) => iterations;

/** In the order in which the guest runs them. */
export const nanobenchmarks: readonly Nanobenchmark[] = [
  {
    name: "empty",
    measures: "the loop alone, on ring 0",
    loop: "empty",
    operations: 1,
    bits: BOTH,
    checksum: none,
  },
  {
    name: "empty-user",
    measures: "the loop alone, on ring 3",
    loop: "empty-user",
    operations: 1,
    bits: BOTH,
    checksum: none,
  },
  {
    name: "syscall",
    measures: "a system call that does nothing and its return: SYSENTER in 32 bits, SYSCALL in 64",
    loop: "empty-user",
    operations: 1,
    bits: BOTH,
    checksum: each,
  },
  {
    name: "in",
    measures: "a byte from port 80h",
    loop: "empty",
    operations: 1,
    bits: BOTH,
    checksum: none,
  },
  {
    name: "cr8wr",
    measures: "a write of the task priority by MOV to CR8, which 64-bit mode has",
    loop: "empty",
    operations: 1,
    bits: [64],
    checksum: () => 2,
  },
  {
    name: "cpuid",
    measures: "CPUID, which leaves the guest on every processor with VT-x and asks the least of a monitor",
    loop: "empty",
    operations: 1,
    bits: BOTH,
    checksum: none,
  },
  {
    name: "callret",
    measures: "a call of a function and its return, on ring 0",
    loop: "empty",
    operations: 1,
    bits: BOTH,
    checksum: none,
  },
  {
    name: "pgfault",
    measures: "a read of a page that is not there on ring 0, the shortest handler, and its return",
    loop: "empty",
    operations: 1,
    bits: BOTH,
    checksum: each,
  },
  {
    name: "divzero",
    measures: "a division by zero on ring 0, the shortest handler, and its return",
    loop: "empty",
    operations: 1,
    bits: BOTH,
    checksum: each,
  },
  {
    name: "ptemod",
    measures: "a write of a page-table entry whose page is not touched",
    loop: "empty",
    operations: 2,
    bits: BOTH,
    checksum: () => 0xb,
  },
];

/** Benchmark i marks its begin with 2i + 1 and its end with 2i + 2. */
export const nanobenchmarksOf = (bits: Bits): readonly Nanobenchmark[] =>
  nanobenchmarks.filter((one) => one.bits.includes(bits));

export interface NanoOptions {
  /** Protected mode or 64-bit mode. 32 unless given. */
  bits?: Bits;
  /** Of each loop. 1000 unless given. */
  iterations?: number;
  /** Iterations before the measured ones, for what a monitor must learn or translate. 100 unless given. */
  warmUp?: number;
}

/** What the guest prints on its serial port when all went well. */
export function expectedNano({ bits = 32, iterations = 1000 }: NanoOptions = {}): string {
  const lines = nanobenchmarksOf(bits).map(
    ({ name, checksum }) => `${name} ${checksum(iterations).toString(16).padStart(8, "0")}\n`,
  );
  return `ringlab nano\n${lines.join("")}`;
}

/**
 * What one operation of each benchmark adds to a quantity: what the region between its marks adds, less the same of its empty loop.
 * @param marks the machine's; an empty loop itself is given whole
 */
export function perOperation<M extends { readonly label: number }>(
  marks: readonly M[],
  { bits = 32, iterations = 1000 }: NanoOptions,
  quantity: (mark: M) => number,
): ReadonlyMap<string, number> {
  const all = nanobenchmarksOf(bits);
  if (marks.length !== 2 * all.length || marks.some(({ label }, at) => label !== at + 1))
    throw new Error(`${marks.length} marks of ${all.length} benchmarks: the guest did not come to its end`);
  const region = (name: string) => {
    const at = all.findIndex((one) => one.name === name);
    return quantity(marks[2 * at + 1]!) - quantity(marks[2 * at]!);
  };
  return new Map(
    all.map(({ name, loop, operations }) => {
      const less = name === loop ? 0 : region(loop);
      return [name, (region(name) - less) / (iterations * operations)];
    }),
  );
}
