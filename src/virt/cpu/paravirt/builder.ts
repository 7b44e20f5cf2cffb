/**
 * The domain builder: what a guest finds when it is entered. No firmware and no boot sector runs.
 *
 *     linear VIRT_BASE + physical, all of memory, 4 KB pages
 *
 *     load address    image_end
 *     │ kernel and programs │ frame list │ start info │ shared info │ store │ console │ directory │ tables │ free …
 *                             ESI ────────▲
 *
 * The kernel's first sector, sector 1 of the disk, has a note: "xen-3.0" and a zero byte, then dwords: VIRT_BASE, entry (both linear), image_end
 * (physical). The image lies on the disk from that sector on.
 */
import type { Gpa } from "../../../machine/address.ts";
import { SECTOR } from "../../../machine/devices/disk.ts";
import { A, D, P, RW } from "../../../machine/mmu/formats/bits.ts";
import type { Host } from "../host.ts";
import { tableEntry } from "./frames.ts";
import { START_INFO } from "./interface.ts";

const PAGE = 4096;
const NOTE = "xen-3.0\0";

export interface Domain {
  readonly virtBase: number;
  readonly entry: number;
  /** Linear. */
  readonly startInfo: number;
  /** Machine frames. */
  readonly sharedInfo: number;
  /** Rings to XenStore and to the console, for whoever stands at their other end. */
  readonly store: number;
  readonly console: number;
  readonly directory: number;
  readonly tables: readonly number[];
}

/** Loads the kernel from the first disk, and makes its first page tables. Throws when the disk has no kernel for this interface, or memory is short. */
export function buildDomain(host: Host): Domain {
  const { machine, bus, base } = host;
  const memory = machine.bus.ram.length;
  const note = findNote(host);
  const load = note.entry - note.virtBase;
  const pages = memory / PAGE;
  const write = (physical: number, value: number) => bus.write((base + physical) as Gpa, value >>> 0, 4);

  let end = note.imageEnd;
  const reserve = (bytes: number) => {
    const at = end;
    end += Math.ceil(bytes / PAGE) * PAGE;
    return at;
  };
  const frameList = reserve(4 * pages);
  const startInfo = reserve(PAGE);
  const sharedInfo = reserve(PAGE);
  const store = reserve(PAGE);
  const console = reserve(PAGE);
  const directory = reserve(PAGE);
  const count = Math.ceil(pages / 1024);
  const tables = Array.from({ length: count }, () => reserve(PAGE));
  if (end > memory)
    throw new RangeError(`the kernel and its first page tables take ${end} bytes: the guest has ${memory}`);

  const image = new Uint8Array(note.imageEnd - load);
  machine.board.disks[0]?.read(1, image);
  bus.dmaWrite((base + load) as Gpa, image);
  bus.dmaWrite((base + frameList) as Gpa, new Uint8Array(end - frameList));
  for (let n = 0; n < pages; n++) write(frameList + 4 * n, base / PAGE + n);

  bus.dmaWrite((base + startInfo) as Gpa, new TextEncoder().encode(START_INFO.magic));
  write(startInfo + START_INFO.pages, pages);
  write(startInfo + START_INFO.sharedInfo, base + sharedInfo);
  write(startInfo + START_INFO.storeFrame, (base + store) / PAGE);
  write(startInfo + START_INFO.consoleFrame, (base + console) / PAGE);
  write(startInfo + START_INFO.tables, note.virtBase + directory);
  write(startInfo + START_INFO.tableCount, 1 + count);
  write(startInfo + START_INFO.frameList, note.virtBase + frameList);

  tables.forEach((table, n) => {
    write(directory + 4 * ((note.virtBase >>> 22) + n), tableEntry(base + table, false));
  });
  for (let n = 0; n < pages; n++) {
    const at = n * PAGE;
    const table = tables[n >>> 10] as number;
    const writable = at < directory || at >= end;
    write(table + 4 * (n & 1023), (base + at) | P | A | (writable ? RW | D : 0));
  }
  const machineFrame = (physical: number) => (base + physical) / PAGE;
  return {
    virtBase: note.virtBase,
    entry: note.entry,
    startInfo: note.virtBase + startInfo,
    sharedInfo: machineFrame(sharedInfo),
    store: machineFrame(store),
    console: machineFrame(console),
    directory: machineFrame(directory),
    tables: tables.map(machineFrame),
  };
}

function findNote({ machine }: Host): { virtBase: number; entry: number; imageEnd: number } {
  const sector = new Uint8Array(SECTOR);
  machine.board.disks[0]?.read(1, sector);
  const at = String.fromCharCode(...sector).indexOf(NOTE);
  const view = new DataView(sector.buffer);
  if (at < 0 || at + NOTE.length + 12 > SECTOR)
    throw new RangeError(
      'the first disk has no paravirtual kernel: sector 1 should hold the note "xen-3.0". Build the guest with pv: true',
    );
  const [virtBase, entry, imageEnd] = [0, 4, 8].map((n) => view.getUint32(at + NOTE.length + n, true)) as [
    number,
    number,
    number,
  ];
  const load = entry - virtBase;
  if (
    virtBase % (1 << 22) !== 0 ||
    load < 0 ||
    load % PAGE !== 0 ||
    imageEnd % PAGE !== 0 ||
    imageEnd <= load
  )
    throw new RangeError(
      `the kernel's note makes no sense: VIRT_BASE ${virtBase.toString(16)}, entry ${entry.toString(16)}, end ${imageEnd.toString(16)}`,
    );
  return { virtBase, entry, imageEnd };
}
