/** The image builder. Same options, same bytes. */
import type { Assembly } from "../machine/isa/index.ts";
import { diskData } from "./disk-data.ts";
import { GuestError } from "./guest-error.ts";
import { link } from "./link.ts";
import type { Site } from "./sites.ts";
import { assembleSource } from "./source.ts";
import { findWorkload, parametersOf } from "./workloads.ts";

const PIT_HZ = 1193182;

export interface GuestOptions {
  /** A name of `workloads`. */
  workload: string;
  /** Values for the workload's parameters; the others keep their defaults. */
  parameters?: Record<string, number>;
  /** Timer interrupts a second: 19 … 10000, or 0 for none. 100 unless given. */
  timerHz?: number;
  /** Megabytes of physical memory that the kernel uses: a multiple of 4, 4 … 512. 32 unless given. */
  memory?: number;
  /** How the programs call the kernel. "int80" unless given. */
  systemCall?: "int80" | "sysenter";
  /**
   * The kernel calls its privileged operations through a table, and finds at boot whose they are; false: a vanilla kernel with the native
   * instructions at their places. True unless given.
   */
  pv?: boolean;
  /** The kernel rewrites its call sites at boot; false: they stay calls through the table. True unless given. */
  patch?: boolean;
  /** Below a hypervisor the kernel may queue changes of page tables and ask for many with one hypercall. True unless given. */
  batch?: boolean;
  /** Programs run in a container of the kernel's: filter, groups and overlay cost what their instructions do (kernel/container.asm). False unless given. */
  container?: boolean;
  /** Also print the difference of the time-stamp counter, which no two machines share. */
  cycles?: boolean;
}

/** Labels → addresses, and which source line bytes come from. */
export type Listing = Pick<Assembly, "symbols" | "lines">;

/** `symbols` and `lines` are the kernel's. */
export interface Guest extends Listing {
  /** A disk image: boot it as the first IDE disk. */
  readonly image: Uint8Array;
  /** The kernel's call sites of privileged operations, by address; none in a vanilla kernel. */
  readonly sites: readonly Site[];
  /** The programs, each at 0x00400000 in its own address space: the workload, then what exec starts. */
  readonly programs: readonly (Listing & { readonly name: string })[];
}

/** Builds the disk image of a workload. Throws a GuestError that says which option is wrong and what is allowed. */
export function buildGuest(options: GuestOptions): Guest {
  const workload = findWorkload(options.workload);
  const parameters = Object.entries(parametersOf(workload, options.parameters ?? {}));
  const { timerHz = 100, memory = 32, systemCall = "int80", pv = true, patch = true, batch = true } = options;
  if (timerHz !== 0 && !(timerHz >= 19 && timerHz <= 10000))
    throw new GuestError(
      `timerHz is ${timerHz}: the timer can do 19 … 10000 interrupts a second, or 0 for none`,
    );
  if (memory % 4 !== 0 || !(memory >= 4 && memory <= 512))
    throw new GuestError(`memory is ${memory}: give a multiple of 4 from 4 to 512 (megabytes)`);

  const gate: Record<string, number> = systemCall === "sysenter" ? { SYSENTER: 1 } : {};
  const kernel = assembleSource("kernel", "kernel.asm", {
    ...(!pv && { VANILLA: 1 }),
    ...(workload.kernel && { [workload.kernel]: 1 }),
    ...(options.container && { CONTAINER: 1 }),
  });
  const program = assembleSource("workloads", `${workload.name}.asm`, gate);
  const answer = assembleSource("programs", "answer.asm", gate);
  const { image, sites } = link({
    boot: { code: assembleSource("kernel", "boot.asm", {}), values: { directory_entries: memory / 4 } },
    kernel: {
      code: kernel,
      values: {
        param_memory_pages: memory * 256,
        param_timer_divisor: timerHz && Math.round(PIT_HZ / timerHz),
        param_patch: patch ? 1 : 0,
        param_batch: batch ? 1 : 0,
      },
    },
    programs: [
      { code: program, values: { ...valuesOf(program, parameters), param_cycles: options.cycles ? 1 : 0 } },
      { code: answer, values: valuesOf(answer, parameters) },
    ],
    data: diskData(),
  });
  const listing = ({ symbols, lines }: Assembly): Listing => ({ symbols, lines });
  return {
    image,
    sites,
    ...listing(kernel),
    programs: [
      { name: workload.name, ...listing(program) },
      { name: "answer", ...listing(answer) },
    ],
  };
}

/** What a program has places for: a workload's parameters are its own, or those of the program that it starts. */
const valuesOf = ({ symbols }: Assembly, parameters: readonly [string, number][]): Record<string, number> =>
  Object.fromEntries(
    parameters
      .map(([name, value]) => [`param_${name}`, value] as const)
      .filter(([label]) => symbols.has(label)),
  );
