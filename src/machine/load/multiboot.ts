/**
 * Multiboot 1: finds the header of a kernel, puts the kernel and its modules into memory and tells it about both
 * (Multiboot Specification 0.6.96, 3.1–3.3).
 *
 *     header   1badb002 │ flags │ checksum │ with flag 16: header, load, load end, bss end, entry addresses
 *     at entry EAX = 2badb002, EBX = address of the boot information, 32-bit protected mode, flat segments, no paging
 *
 * The firmware makes that entry after its own start, as a real boot loader would.
 */
import { type Gpa, hex } from "../address.ts";
import type { Bus } from "../bus.ts";
import { type FwCfg, ITEM } from "../devices/fw-cfg.ts";
import { memoryMap } from "../firmware/memory-map.ts";
import { isElf, parseElf } from "./elf.ts";
import { LoadError } from "./error.ts";
import { bootInformation } from "./multiboot-info.ts";

const MAGIC = 0x1badb002;
/** The header lies in this much of the file, aligned to 4 bytes. */
const SEARCHED = 8192;
const ADDRESSES = 1 << 16;
/** Flags below bit 16 are demands: align modules, tell the memory, set a video mode (which may be refused). */
const KNOWN_DEMANDS = 7;
const PAGE = 4096;
/** Boot information goes here when the kernel leaves room, as with QEMU. */
const LOW_INFORMATION = 0x9000;
const LOW_END = 0x80000;

export interface MultibootModule {
  readonly bytes: Uint8Array;
  /** Its name and arguments, as the kernel will read them. */
  readonly commandLine: string;
}

export interface MultibootOptions {
  /** The kernel's name and arguments. */
  readonly commandLine?: string;
  readonly modules?: readonly MultibootModule[];
}

interface Piece {
  readonly at: number;
  readonly bytes: Uint8Array;
  /** Zeros behind the bytes are part of it. */
  readonly length: number;
  readonly what: string;
}

/** The header's place in the image, or −1. */
export function findHeader(image: Uint8Array): number {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  for (let at = 0; at + 12 <= Math.min(image.length, SEARCHED); at += 4)
    if (
      view.getUint32(at, true) === MAGIC &&
      ((MAGIC + view.getUint32(at + 4, true) + view.getUint32(at + 8, true)) | 0) === 0
    )
      return at;
  return -1;
}

/**
 * Puts a kernel into memory and leaves word of it for the firmware. Throws a LoadError when the image is no multiboot
 * kernel, wants what there is not, or does not fit into memory.
 */
export function loadMultiboot(
  { bus, fwCfg }: { bus: Bus; fwCfg: FwCfg },
  image: Uint8Array,
  { commandLine = "", modules = [] }: MultibootOptions = {},
): void {
  const { pieces, entry } = kernel(image);
  const ram = bus.ram.length;
  for (const piece of pieces) mustFit(piece, ram);
  let end = Math.max(...pieces.map(({ at, length }) => at + length));

  const placed = modules.map(({ bytes, commandLine }, i) => {
    // Below 1 MiB there may be too little room, and the addresses above 640 KiB are no memory.
    const start = Math.max(0x100000, pageUp(end));
    pieces.push({ at: start, bytes, length: bytes.length, what: `module ${i} (${commandLine})` });
    mustFit(pieces.at(-1) as Piece, ram);
    end = start + bytes.length;
    return { start, end, commandLine };
  });

  const about = { ram, map: memoryMap(ram), commandLine, modules: placed };
  const length = bootInformation(0, about).length;
  const low = pieces.every(
    ({ at, length: n }) => at + n <= LOW_INFORMATION || at >= LOW_INFORMATION + length,
  );
  const information =
    low && LOW_INFORMATION + length <= LOW_END ? LOW_INFORMATION : Math.max(0x100000, pageUp(end));
  pieces.push({
    at: information,
    bytes: bootInformation(information, about),
    length,
    what: "the boot information",
  });
  mustFit(pieces.at(-1) as Piece, ram);

  for (const { at, bytes, length } of pieces) {
    bus.dmaWrite(at as Gpa, bytes);
    bus.dmaWrite((at + bytes.length) as Gpa, new Uint8Array(length - bytes.length));
  }
  fwCfg.setNumber(ITEM.KERNEL_ENTRY, entry, 4);
  fwCfg.setNumber(ITEM.INITRD_ADDR, information, 4);
}

/** What of the image goes where, and where it starts. */
function kernel(image: Uint8Array): { pieces: Piece[]; entry: number } {
  const header = findHeader(image);
  if (header < 0)
    throw new LoadError(
      `no multiboot header (1badb002, flags, checksum) in the first ${Math.min(SEARCHED, image.length)} bytes of the image`,
    );
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const flags = view.getUint32(header + 4, true);
  const unknown = flags & 0xffff & ~KNOWN_DEMANDS;
  if (unknown)
    throw new LoadError(
      `the multiboot header demands features that are unknown here: flags ${hex(unknown, 4)}`,
    );
  if (flags & ADDRESSES) return addressed(image, view, header);
  if (!isElf(image))
    throw new LoadError("the multiboot header gives no addresses (flag 16) and the image is no ELF file");
  const { segments, entry } = parseElf(image);
  const pieces = segments.map(({ offset, fileBytes, physical, memoryBytes }, i) => ({
    at: physical,
    bytes: image.subarray(offset, offset + fileBytes),
    length: memoryBytes,
    what: `segment ${i} of the kernel`,
  }));
  return { pieces, entry };
}

/** The address fields of the header itself, whatever the file's format (3.1.3). */
function addressed(image: Uint8Array, view: DataView, header: number): { pieces: Piece[]; entry: number } {
  if (header + 32 > image.length)
    throw new LoadError("the multiboot header is cut off in its address fields");
  const field = (index: number) => view.getUint32(header + 12 + 4 * index, true);
  const [headerAt, load, loadEnd, bssEnd, entry] = [0, 1, 2, 3, 4].map(field) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const start = header - (headerAt - load);
  if (load > headerAt || start < 0)
    throw new LoadError(
      `the multiboot header says that the image is loaded at ${hex(load)} and the header at ${hex(headerAt)}, but the header is at offset ${header}`,
    );
  const bytes = image.subarray(start, loadEnd ? start + loadEnd - load : undefined);
  if (loadEnd && bytes.length < loadEnd - load)
    throw new LoadError(
      `the image is cut off: its header promises ${loadEnd - load} bytes from offset ${start} on`,
    );
  const length = Math.max(bytes.length, bssEnd ? bssEnd - load : 0);
  return { pieces: [{ at: load, bytes, length, what: "the kernel" }], entry };
}

function mustFit({ at, length, what }: Piece, ram: number): void {
  const end = at + length;
  if (end > ram)
    throw new LoadError(
      `${what} goes to ${hex(at)} … ${hex(end)}, beyond the memory of ${ram / 2 ** 20} MiB: give the machine more memory`,
    );
  if (at < 0xa0000 ? end > 0xa0000 : at < 0x100000)
    throw new LoadError(
      `${what} goes to ${hex(at)} … ${hex(end)}, where there is no memory (000a0000 … 000fffff)`,
    );
}

function pageUp(address: number): number {
  return Math.ceil(address / PAGE) * PAGE;
}
