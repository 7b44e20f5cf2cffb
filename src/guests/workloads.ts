/**
 * The workloads: what each measures, its parameters, and what it must print. The programs are workloads/NAME.asm.
 *
 * "lmbench" is L. McVoy and C. Staelin, "lmbench: Portable Tools for Performance Analysis", USENIX ATC 1996.
 */
import { GuestError } from "./guest-error.ts";
import { type Model, models } from "./models.ts";

export interface Parameter {
  readonly doc: string;
  readonly unit: string;
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
  /** The value must be a multiple of it. 1 unless given. */
  readonly step?: number;
}

export interface Workload {
  /** Also the name of its source and of its line of output. */
  readonly name: string;
  readonly measures: string;
  /** What it follows: program and paper. */
  readonly follows?: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** What one operation is … */
  readonly operation: string;
  /** … and how many lie between the marks. */
  readonly operations: (parameters: Record<string, number>) => number;
  /** What its kernel has that others go without: more drivers, the processor's SSE switched on. */
  readonly kernel?: "DEVICES" | "SSE";
}

const count = (doc: string, value: number, maximum = 100_000_000, unit = "times"): Parameter => ({
  doc,
  unit,
  default: value,
  minimum: 1,
  maximum,
});

const LMBENCH = "McVoy and Staelin 1996";
const iterations = (p: Record<string, number>) => p.iterations!;

export const workloads: readonly Workload[] = [
  {
    name: "baseline",
    measures: "arithmetic in registers: no system call, no memory, nothing that a monitor could see",
    parameters: { iterations: count("steps of a linear congruential generator", 100_000) },
    operation: "step",
    operations: iterations,
  },
  {
    name: "null-call",
    measures: "entry into the kernel and return; with systemCall: int 0x80 or SYSENTER",
    follows: `lmbench lat_syscall null (${LMBENCH}, "Operating system entry")`,
    parameters: { iterations: count("calls of getpid", 2000) },
    operation: "system call",
    operations: iterations,
  },
  {
    name: "fork",
    measures: "fork, exit and wait: copying an address space by copy-on-write",
    follows: `lmbench lat_proc fork (${LMBENCH}, "Process creation costs")`,
    parameters: { iterations: count("processes, one after another", 50) },
    operation: "process",
    operations: iterations,
  },
  {
    name: "exec",
    measures: "fork, exec of another program, exit and wait",
    follows: `lmbench lat_proc exec (${LMBENCH}, "Process creation costs")`,
    parameters: {
      iterations: count("processes, one after another", 50),
      pages: { ...count("of fresh memory that the new program touches", 0, 4096, "pages"), minimum: 0 },
      linking: { ...count("steps of arithmetic that it begins with", 0), minimum: 0 },
    },
    operation: "process",
    operations: iterations,
  },
  {
    name: "context-switch",
    measures: "a token passed round a ring of processes; each sums its working set before it passes it on",
    follows: `lmbench lat_ctx (${LMBENCH}, "Context switching"): 2, 8, 16 processes × 0, 16, 64 KB`,
    parameters: {
      processes: count(
        "in the ring; 1 is the pipe and the sum without a switch, which lmbench subtracts",
        2,
        16,
        "processes",
      ),
      kilobytes: { ...count("working set of each process", 0, 1024, "KB"), minimum: 0 },
      rounds: count("rounds of the token", 200),
    },
    operation: "switch",
    operations: (p) => p.processes! * p.rounds!,
  },
  {
    name: "page-fault",
    measures: "the first touch of a page of fresh memory",
    follows: "lmbench lat_pagefault, with anonymous memory instead of a file",
    parameters: { pages: count("touched once each", 1000, 60_000, "pages") },
    operation: "page fault",
    operations: (p) => p.pages!,
  },
  {
    name: "protection-fault",
    measures: "a write to a read-only page, caught by a handler in the process",
    follows: "lmbench lat_sig prot",
    parameters: { iterations: count("faults", 1000) },
    operation: "fault",
    operations: iterations,
  },
  {
    name: "mmap",
    measures: "mapping memory, touching some of it and unmapping it",
    follows: "lmbench lat_mmap, with anonymous memory instead of a file",
    parameters: {
      iterations: count("mappings, one after another", 100),
      kilobytes: { ...count("of each mapping", 256, 131_072, "KB"), step: 4, minimum: 4 },
      touch: { ...count("every which page is touched, 0 for none", 4, 65_536, "pages"), minimum: 0 },
    },
    operation: "mapping",
    operations: iterations,
  },
  {
    name: "pipe-latency",
    measures: "a word to another process and back through two pipes",
    follows: `lmbench lat_pipe (${LMBENCH}, "Interprocess communication latencies")`,
    parameters: { iterations: count("round trips", 500) },
    operation: "round trip",
    operations: iterations,
  },
  {
    name: "pipe-bandwidth",
    measures: "data through a pipe to a process that sums it",
    follows: `lmbench bw_pipe (${LMBENCH}, "IPC bandwidth")`,
    parameters: {
      kilobytes: count("in all", 512, 1_048_576, "KB"),
      chunk: { ...count("of each write", 65_536, 1_048_576, "bytes"), step: 4, minimum: 4 },
    },
    operation: "KB",
    operations: (p) => p.kilobytes!,
  },
  {
    name: "primes",
    measures: "trial division: the processor alone. The same divisions as sysbench's",
    follows: "sysbench 1.0 cpu (--cpu-max-prime is limit)",
    parameters: {
      events: count("times all of it", 1),
      limit: { ...count("numbers below it are tried", 10_000, 65_536, "numbers"), minimum: 4 },
    },
    operation: "event",
    operations: (p) => p.events!,
  },
  {
    name: "heap-sort",
    measures: "sorting in memory: loads, stores, compares and branches that nobody foresees",
    follows: "BYTEmark (nbench) numeric sort",
    parameters: {
      rounds: count("sorts, each of new numbers", 10),
      elements: count("of each sort", 500, 1_000_000, "elements"),
    },
    operation: "sort",
    operations: (p) => p.rounds!,
  },
  {
    name: "churn",
    measures:
      "page tables that change all the time: rights taken and given back on every page, INVLPG and touches",
    parameters: {
      rounds: count("of two changes and two touches a page", 10),
      pages: count("of the mapping", 200, 60_000, "pages"),
      remap: { ...count("every which round the mapping goes and comes again, 0 for never", 4), minimum: 0 },
    },
    operation: "page-table change",
    operations: (p) => 2 * p.rounds! * p.pages!,
  },
  {
    name: "pointer-chase",
    measures: "dependent loads in a random order: TLB misses and page walks",
    follows: `lmbench lat_mem_rd (${LMBENCH}, "Memory read latency"), in random order`,
    parameters: {
      nodes: count("on the random cycle", 500, 16_777_216, "nodes"),
      stride: { ...count("from node to node in memory", 4096, 1_048_576, "bytes"), step: 4, minimum: 4 },
      steps: count("loads", 50_001),
      seed: { ...count("of the order", 1, 0xffffffff, "seed"), minimum: 0 },
      change: {
        ...count("between two changes of the page tables: a page comes, is touched and goes; 0 for none", 0),
        ...{ unit: "loads", minimum: 0 },
      },
    },
    operation: "load",
    operations: (p) => p.steps!,
  },
  {
    name: "disk-read",
    measures: "sectors read one by one: port I/O and a wait for an interrupt each",
    parameters: { sectors: count("sectors; reading wraps after 256", 32, 1_000_000, "sectors") },
    operation: "sector",
    operations: (p) => p.sectors!,
  },
  {
    name: "resident",
    measures: "memory: processes that are there at the same time, each with pages of its own",
    parameters: {
      processes: count("there together", 4, 64, "processes"),
      pages: count("that each fills", 16, 4096, "pages"),
      seed: { ...count("of what the pages hold", 1, 0xffffffff, "seed"), minimum: 0 },
    },
    operation: "process",
    operations: (p) => p.processes!,
  },
  {
    name: "selftest",
    measures: "nothing: children that do what they may and may not, to see that the kernel holds",
    parameters: {},
    operation: "run",
    operations: () => 1,
  },
  {
    name: "sleep",
    measures:
      "nothing: processes that sleep while another computes, to see that the timer preempts and wakes",
    parameters: {
      processes: count("that sleep", 4, 64, "processes"),
      ticks: count("for which they sleep", 3, 100_000, "timer interrupts"),
    },
    operation: "process",
    operations: (p) => p.processes!,
  },
];

/** What needs a kernel with more drivers, and a machine with more than a disk; `workloads` run everywhere. */
export const deviceWorkloads: readonly Workload[] = [
  {
    name: "transfer",
    measures:
      "sectors written and read back, and frames through an 82540EM to a peer that returns them (net-frames.ts)",
    parameters: {
      sectors: { ...count("written, then read", 16, 256, "sectors"), minimum: 0 },
      frames: { ...count("sent and taken back", 32, 65_536, "frames"), minimum: 0 },
      bytes: { ...count("of a frame", 256, 1512, "bytes"), minimum: 60, step: 4 },
    },
    operation: "sector or frame",
    operations: (p) => p.sectors! + p.frames!,
    kernel: "DEVICES",
  },
];

/** What needs a kernel that lets programs use SSE2; it does not keep their registers apart, so that one process may. */
export const sseWorkloads: readonly Workload[] = [
  {
    name: "sysbench-cpu",
    measures: "trial division as sysbench is compiled: a division, a conversion and a comparison of doubles",
    follows: "sysbench 1.0.20 cpu (--cpu-max-prime is limit)",
    parameters: {
      events: count("times all of it", 1),
      limit: { ...count("numbers below it are tried", 10_000, 1_000_000, "numbers"), minimum: 4 },
    },
    operation: "event",
    operations: (p) => p.events!,
    kernel: "SSE",
  },
];

const all = [...workloads, ...deviceWorkloads, ...sseWorkloads];

export function findWorkload(name: string): Workload {
  const found = all.find((workload) => workload.name === name);
  if (found) return found;
  throw new GuestError(
    `there is no workload "${name}"; there are ${all.map((workload) => workload.name).join(", ")}`,
  );
}

/** Every parameter of the workload with its value: the given one, checked, or its default. */
export function parametersOf(workload: Workload, given: Record<string, number>): Record<string, number> {
  const known = Object.keys(workload.parameters);
  for (const name of Object.keys(given))
    if (!known.includes(name))
      throw new GuestError(`${workload.name} has no parameter "${name}"; it has ${known.join(", ")}`);
  return Object.fromEntries(
    Object.entries(workload.parameters).map(([name, parameter]) => {
      const value = given[name] ?? parameter.default;
      const { minimum, maximum, step = 1, unit } = parameter;
      if (!(value >= minimum && value <= maximum && value % step === 0))
        throw new GuestError(
          `${workload.name}: ${name} is ${value}; give a ${step === 1 ? "whole number" : `multiple of ${step}`} from ${minimum} to ${maximum} (${unit})`,
        );
      return [name, value];
    }),
  );
}

/** What the machine prints on its serial port, whole, when the workload runs well (and `cycles` was not asked for). */
export function expectedOutput(name: string, parameters: Record<string, number> = {}): string {
  const workload = findWorkload(name);
  const model: Model = models[name]!;
  const [number, checksum, before = ""] = model(parametersOf(workload, parameters));
  return `ringlab guest\n${before}${name} ${number} ok checksum=${(checksum >>> 0).toString(16).padStart(8, "0")}\n`;
}
