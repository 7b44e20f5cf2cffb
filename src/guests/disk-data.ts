/** What lies on the disk behind the programs: DATA_SECTORS sectors of dwords that anyone can compute. */
export const DATA_SECTORS = 256;

/** Dword n of the area is n · 2654435761 mod 2³² (Knuth's multiplicative hash), little-endian. */
export const diskDword = (n: number): number => Math.imul(n, 0x9e3779b1) >>> 0;

export function diskData(): Uint8Array {
  const bytes = new Uint8Array(512 * DATA_SECTORS);
  const view = new DataView(bytes.buffer);
  for (let n = 0; 4 * n < bytes.length; n++) view.setUint32(4 * n, diskDword(n), true);
  return bytes;
}
