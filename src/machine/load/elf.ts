/** ELF executables for x86: what a loader has to copy where (System V ABI, chapters 4 and 5: "Object Files", "Program Loading"). */
import { hex } from "../address.ts";
import { LoadError } from "./error.ts";

export interface Segment {
  /** Where its bytes are in the file. */
  readonly offset: number;
  readonly fileBytes: number;
  readonly virtual: number;
  readonly physical: number;
  /** Bytes beyond fileBytes are zero. */
  readonly memoryBytes: number;
}

export interface Elf {
  readonly bits: 32 | 64;
  /** Physical when a segment holds this virtual address, otherwise as the file says. */
  readonly entry: number;
  /** The loadable segments that are not empty, in the file's order. */
  readonly segments: readonly Segment[];
}

const EXECUTABLE = 2;
const MACHINES: Readonly<Record<number, 32 | 64>> = { 3: 32, 62: 64 };
const PT_LOAD = 1;

export function isElf(image: Uint8Array): boolean {
  return image[0] === 0x7f && image[1] === 0x45 && image[2] === 0x4c && image[3] === 0x46;
}

/** Throws a LoadError when the image is no x86 executable or ends before its own tables and segments do. */
export function parseElf(image: Uint8Array): Elf {
  if (!isElf(image)) throw new LoadError("not an ELF file: it does not begin with 7f 45 4c 46");
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const bits = classOf(image);
  const wide = bits === 64;
  if (image.length < (wide ? 64 : 52))
    throw new LoadError(`the ELF header is cut off: the file has ${image.length} bytes`);
  const kind = view.getUint16(16, true);
  const machine = view.getUint16(18, true);
  if (MACHINES[machine] === undefined)
    throw new LoadError(`an ELF file for machine ${machine}: only 80386 (3) and x86-64 (62) can run here`);
  if (kind !== EXECUTABLE)
    throw new LoadError(
      `an ELF file of type ${kind}: only an executable (type 2), linked to fixed addresses, can be loaded`,
    );
  const word = (at: number) => (wide ? number64(view, at) : view.getUint32(at, true));
  const table = word(wide ? 32 : 28);
  const size = view.getUint16(wide ? 54 : 42, true);
  const count = view.getUint16(wide ? 56 : 44, true);
  if (count === 0) throw new LoadError("the ELF file has no program headers: there is nothing to load");
  if (size < (wide ? 56 : 32) || table + size * count > image.length)
    throw new LoadError(
      `the ELF program headers (${count} of ${size} bytes at offset ${table}) do not fit into the file's ${image.length} bytes`,
    );
  const segments: Segment[] = [];
  for (let i = 0; i < count; i++) {
    const segment = programHeader(view, table + i * size, wide);
    if (!segment || segment.memoryBytes === 0) continue;
    check(segment, i, image.length);
    segments.push(segment);
  }
  if (segments.length === 0) throw new LoadError("the ELF file has no loadable segment");
  return { bits, entry: physicalEntry(word(24), segments), segments };
}

function classOf(image: Uint8Array): 32 | 64 {
  if (image[5] !== 1) throw new LoadError("a big-endian ELF file: x86 is little-endian");
  if (image[4] === 1) return 32;
  if (image[4] === 2) return 64;
  throw new LoadError(`an ELF file of class ${image[4]}: 1 (32 bits) and 2 (64 bits) exist`);
}

function programHeader(view: DataView, at: number, wide: boolean): Segment | undefined {
  if (view.getUint32(at, true) !== PT_LOAD) return undefined;
  const word = (index: number) =>
    wide ? number64(view, at + 8 * index) : view.getUint32(at + 4 * index, true);
  const [offset, virtual, physical, fileBytes, memoryBytes] = [1, 2, 3, 4, 5].map(word) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return { offset, virtual, physical, fileBytes, memoryBytes };
}

function check({ offset, fileBytes, memoryBytes }: Segment, index: number, length: number): void {
  if (offset + fileBytes > length)
    throw new LoadError(
      `segment ${index} of the ELF file is cut off: it ends at byte ${offset + fileBytes}, the file at ${length}`,
    );
  if (fileBytes > memoryBytes)
    throw new LoadError(
      `segment ${index} of the ELF file has ${fileBytes} bytes but room in memory for ${memoryBytes}`,
    );
}

function physicalEntry(entry: number, segments: readonly Segment[]): number {
  const holder = segments.find(
    ({ virtual, memoryBytes }) => entry >= virtual && entry < virtual + memoryBytes,
  );
  const physical = holder ? entry - holder.virtual + holder.physical : entry;
  if (physical > 0xffff_ffff) throw new LoadError(`the ELF entry point ${hex(entry, 16)} is above 4 GiB`);
  return physical;
}

function number64(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}
