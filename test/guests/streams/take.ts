/** The first accesses of a stream. */
import { type AddressStream, isWriteAccess } from "../../../src/machine/mmu/stream.ts";

export function take(stream: AddressStream, count: number): { lines: number[]; writes: number } {
  const chunk = new Uint32Array(count);
  stream.fill(chunk);
  return {
    lines: Array.from(chunk, (access) => access >>> 1),
    writes: chunk.reduce((sum, access) => sum + (isWriteAccess(access) ? 1 : 0), 0),
  };
}

/** Pearson's χ² of counts that should all be alike; about as many as there are counts, give or take √(2 · counts) · 3. */
export function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

export function isUniform(counts: readonly number[]): boolean {
  const freedom = counts.length - 1;
  return Math.abs(chiSquare(counts) - freedom) < 4 * Math.sqrt(2 * freedom);
}

/** How often each of the numbers 0 … below − 1 occurs. */
export function histogram(numbers: readonly number[], below: number): number[] {
  const counts = new Array<number>(below).fill(0);
  for (const n of numbers) counts[n] = (counts[n] as number) + 1;
  return counts;
}
