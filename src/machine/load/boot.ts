/** From an image to a machine that is about to run it, whatever kind of image it is. */
import { Disk, HEADS, SECTOR, SECTORS_PER_TRACK } from "../devices/disk.ts";
import { FLOPPIES, sectorsOf } from "../firmware/floppies.ts";
import { Machine, type MachineOptions } from "../machine.ts";
import { isElf } from "./elf.ts";
import { LoadError } from "./error.ts";
import { type FlatOptions, loadFlat } from "./flat.ts";
import { findHeader, loadMultiboot, type MultibootOptions } from "./multiboot.ts";

export type ImageKind = "multiboot" | "disk" | "flat";

export interface BootOptions extends MachineOptions, MultibootOptions, FlatOptions {
  /** What the image is, when it should not be guessed. */
  readonly kind?: ImageKind;
}

/**
 * An ELF file is a multiboot kernel; what ends its first sector with 55 AA is a disk, or a boot sector, which is a small
 * disk; otherwise a multiboot header may tell the addresses. In this order: a disk may begin with a boot sector and a kernel
 * behind it. Throws a LoadError for anything else: a flat image has no mark of its own.
 */
export function kindOf(image: Uint8Array): ImageKind {
  if (isElf(image)) return "multiboot";
  if (image.length >= SECTOR && image[SECTOR - 2] === 0x55 && image[SECTOR - 1] === 0xaa) return "disk";
  if (findHeader(image) >= 0) return "multiboot";
  throw new LoadError(
    "the image is neither a multiboot kernel (1badb002 in its first 8192 bytes) nor a disk or boot sector (55 AA at " +
      "offset 510): say at which origin and in which mode it is to start, and it is loaded as it is",
  );
}

/** What ends within the first cylinder, as a boot sector with a kernel behind it may, is continued with zeros to its end. */
const LEAST_SECTORS = HEADS * SECTORS_PER_TRACK;

/**
 * A machine with the image in it. A disk image becomes the first disk, before those in the options. `make`: where the machine comes
 * from, when it is not to be a bare one.
 */
export function boot(
  image: Uint8Array,
  options: BootOptions = {},
  make: (options: MachineOptions) => Machine = (asked) => new Machine(asked),
): Machine {
  const kind = options.kind ?? kindOf(image);
  const disks = kind === "disk" ? [bootDisk(image), ...(options.disks ?? [])] : options.disks;
  const machine = make({ ...options, ...(disks && { disks }) });
  load(machine, image, { ...options, kind });
  return machine;
}

function bootDisk(image: Uint8Array): Disk {
  const floppy = FLOPPIES.some((one) => sectorsOf(one) * SECTOR === image.length);
  return new Disk(image, floppy ? 1 : LEAST_SECTORS);
}

/**
 * Puts an image into a machine that was just made. A disk must have been given to the machine when it was made: a LoadError
 * says so when it has none.
 */
export function load(machine: Machine, image: Uint8Array, options: BootOptions = {}): void {
  const kind = options.kind ?? kindOf(image);
  if (kind === "multiboot") loadMultiboot({ bus: machine.bus, fwCfg: machine.board.fwCfg }, image, options);
  else if (kind === "flat") loadFlat(machine, image, options);
  else if (machine.board.disks[0] === undefined)
    throw new LoadError(
      "a disk image, and the machine has no disk: give it the image as its first disk when it is made",
    );
}
