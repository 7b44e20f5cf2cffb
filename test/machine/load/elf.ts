/** Small ELF files, made to measure. */

export interface MadeSegment {
  readonly virtual: number;
  readonly physical?: number;
  readonly bytes: Uint8Array;
  readonly memoryBytes?: number;
}

export interface MadeElf {
  readonly bits?: 32 | 64;
  readonly entry: number;
  readonly segments: readonly MadeSegment[];
  readonly machine?: number;
  readonly type?: number;
}

/** An ELF executable: header, program headers, then each segment's bytes. */
export function elf({
  bits = 32,
  entry,
  segments,
  machine = bits === 32 ? 3 : 62,
  type = 2,
}: MadeElf): Uint8Array {
  const wide = bits === 64;
  const [headerSize, programSize] = wide ? [64, 56] : [52, 32];
  let offset = headerSize + programSize * segments.length;
  const length = segments.reduce((sum, { bytes }) => sum + bytes.length, offset);
  const file = new Uint8Array(length);
  const view = new DataView(file.buffer);
  const word = (at: number, value: number) => {
    if (wide) view.setBigUint64(at, BigInt(value), true);
    else view.setUint32(at, value, true);
  };
  file.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, 1, 1]);
  view.setUint16(16, type, true);
  view.setUint16(18, machine, true);
  view.setUint32(20, 1, true);
  word(24, entry);
  word(wide ? 32 : 28, headerSize);
  view.setUint16(wide ? 52 : 40, headerSize, true);
  view.setUint16(wide ? 54 : 42, programSize, true);
  view.setUint16(wide ? 56 : 44, segments.length, true);
  for (const [i, { virtual, physical = virtual, bytes, memoryBytes = bytes.length }] of segments.entries()) {
    const at = headerSize + i * programSize;
    view.setUint32(at, 1, true);
    const size = wide ? 8 : 4;
    for (const [n, value] of [offset, virtual, physical, bytes.length, memoryBytes].entries())
      word(at + size * (n + 1), value);
    file.set(bytes, offset);
    offset += bytes.length;
  }
  return file;
}
