/**
 * Instances of one image on one host, started until its memory is full: as containers of one kernel, or as virtual machines with a kernel each.
 *
 *     containers          one kernel ── a process each ── pages of the image's files once, for all; copied up: one's own
 *     virtual machines    a kernel each ── a process ──── pages of the image's files each; KSM may make one frame of equal ones
 *
 * Kernel, page tables and processes are pages of real guests (guest-memory.ts); pages of files are those of the model kernel's page cache, in a virtual
 * machine of its own; frames, tables of the second dimension and merging are the memory room's. Not here: what the process outside has that plays a
 * virtual machine's devices, and what Linux's kernel allocates for namespaces and mounts.
 */
import type { CostProfile } from "../../machine/cost.ts";
import { EPT_P2M, Host, KsmScanner } from "../../virt/memory/index.ts";
import { filePages } from "../../virt/os/calls/memory.ts";
import { docker } from "../docker.ts";
import type { System } from "../system.ts";
import { guestState } from "./guest-memory.ts";
import { pagesOfFiles, useFiles, worldWithImage } from "./image-files.ts";
import { startContainer } from "./start-up.ts";

export interface DensityPlan {
  /** Instances that are to be started. */
  readonly instances: number;
  /** Frames of the host's. */
  readonly frames: number;
  /** Files of 16 pages that each instance reads, and of how many it changes a byte. */
  readonly files: number;
  readonly changed: number;
  /** Pages that each instance fills, and nobody else has. */
  readonly own: number;
  readonly profile: CostProfile;
}

export interface Density {
  /** Instances that there was room for. */
  readonly running: number;
  /** Frames in use with all of these. */
  readonly used: number;
  /** Pages that were compared with others, byte by byte. */
  readonly compared: number;
}

/** An ordinary kernel's processes, each in a container's namespaces with a union of the image and a layer of its own. */
export function containers({ instances, frames, files, changed, own, profile }: DensityPlan): Density {
  const [one, two] = [1, 2].map(
    (processes) => guestState(docker, profile, { processes, pages: own, seed: 1 }).pages.length,
  ) as [number, number];
  const world = worldWithImage("/image", { files });
  let [running, used] = [0, 0];
  for (let number = 1; number <= instances; number++) {
    const name = `c${number}`;
    startContainer(world, name, { layers: ["/image"] });
    useFiles(world.task(name), { files, changed, number });
    const wanted = one + (number - 1) * (two - one) + filePages(world.task("init"));
    if (wanted > frames) break;
    [running, used] = [number, wanted];
  }
  return { running, used, compared: 0 };
}

/** Rounds over all memory after which nothing more is found: one for checksums, one for what is equal, one for what became stable. */
const ROUNDS = 3;

export interface VmDensityPlan extends DensityPlan {
  readonly system: System;
  /** Whether KSM looks for equal pages each time a machine has come up. */
  readonly sharing: boolean;
}

export function virtualMachines(plan: VmDensityPlan): Density {
  const { instances, frames, files, changed, own, profile, system, sharing } = plan;
  const host = new Host({ frames });
  const scanner = new KsmScanner(host);
  let [running, used] = [0, 0];
  for (let number = 1; number <= instances; number++) {
    const { pages } = guestState(system, profile, { processes: 1, pages: own, seed: number * 2 ** 20 });
    const world = worldWithImage("", { files });
    useFiles(world.task("init"), { files, changed, number });
    const all = [...pages, ...pagesOfFiles(world.task("init"), { files })];
    if (all.length + tablesFor(all.length) > host.frames.free) break;
    const vm = host.create({ name: `vm ${number}`, pages: all.length });
    for (const [gpn, page] of all.entries()) vm.writePage(gpn, page);
    if (sharing) for (let round = 0; round < ROUNDS; round++) scanner.scan(pagesOf(host));
    [running, used] = [number, frames - host.frames.free];
  }
  return { running, used, compared: host.ledger.count("compare") };
}

/** Frames of the second dimension's tables: one of each level, and of the lowest as many as it takes. */
function tablesFor(pages: number): number {
  const { depth, indexMask } = EPT_P2M.format;
  return depth - 1 + Math.ceil(pages / (indexMask + 1));
}

const pagesOf = ({ vms }: Host): number => vms.reduce((sum, { pages }) => sum + pages, 0);
