/**
 * What a linker and a disk formatter would do: kernel, programs and data on a disk that boots.
 *
 *     sector 0      boot sector
 *     sector 1 …    kernel | list of pv sites | pad | program 0 | pad | program 1 | pad       whole pages
 *     data sector … what disk-read reads
 *
 * Everything from sector 1 to the data is what the boot sector loads to 1 MB.
 */
import type { Assembly } from "../machine/isa/index.ts";
import { findSites, type Site } from "./sites.ts";

export const SECTOR = 512;
export const PAGE = 4096;
/** As in kernel/layout.asm. */
const KERNEL_LOAD = 0x100000;
const KERNEL_ORIGIN = 0xc0000000 + KERNEL_LOAD;
const PROGRAM_ORIGIN = 0x400000;
export const BOOT_ORIGIN = 0x7c00;

/** A piece of machine code, and dwords to put at some of its labels. */
export interface Part {
  readonly code: Assembly;
  readonly values: Readonly<Record<string, number>>;
}

export interface Parts {
  readonly boot: Part;
  readonly kernel: Part;
  readonly programs: readonly Part[];
  readonly data: Uint8Array;
}

export function link({ boot, kernel, programs, data }: Parts): { image: Uint8Array; sites: Site[] } {
  const { symbols } = kernel.code;
  const sites = findSites(kernel.code.bytes, KERNEL_ORIGIN, symbols);
  const sitesAt = align(kernel.code.bytes.length, 4);
  const starts: number[] = [];
  let end = align(sitesAt + 8 * sites.length, PAGE);
  const table = programs.flatMap(({ code }) => {
    starts.push(end);
    const size = align(code.bytes.length, PAGE);
    end += size;
    return [KERNEL_ORIGIN + end - size, size / PAGE];
  });
  const dataSector = 1 + end / SECTOR;

  const image = new Uint8Array(SECTOR * dataSector + data.length);
  place(image, boot, 0, BOOT_ORIGIN, { sectors: [end / SECTOR] });
  place(image, kernel, SECTOR, KERNEL_ORIGIN, {
    image_end: [KERNEL_LOAD + end],
    pv_sites: [KERNEL_ORIGIN + sitesAt],
    pv_site_count: [sites.length],
    program_count: [programs.length],
    programs: table,
  });
  put(
    image,
    SECTOR + sitesAt,
    sites.flatMap(({ address, operation }) => [address, symbols.get(`pv_${operation}`)!]),
  );
  programs.forEach((part, i) => {
    const wantsData = part.code.symbols.has("param_data_sector");
    const own: Record<string, number[]> = wantsData ? { param_data_sector: [dataSector] } : {};
    place(image, part, SECTOR + starts[i]!, PROGRAM_ORIGIN, own);
  });
  image.set(data, SECTOR * dataSector);
  return { image, sites };
}

export const align = (value: number, to: number) => Math.ceil(value / to) * to;

/** Copies a part to `at` in the image and fills in its values and `more`; its first byte has the address `origin`. */
export function place(
  image: Uint8Array,
  { code, values }: Part,
  at: number,
  origin: number,
  more: Record<string, number[]>,
): void {
  image.set(code.bytes, at);
  const all = {
    ...Object.fromEntries(Object.entries(values).map(([label, value]) => [label, [value]])),
    ...more,
  };
  for (const [label, dwords] of Object.entries(all)) {
    const address = code.symbols.get(label);
    if (address === undefined) throw new Error(`the source has no label ${label} to fill in`);
    put(image, at + address - origin, dwords);
  }
}

function put(image: Uint8Array, at: number, dwords: readonly number[]): void {
  const view = new DataView(image.buffer);
  dwords.forEach((value, i) => {
    view.setUint32(at + 4 * i, value, true);
  });
}
