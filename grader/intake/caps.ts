/** How much of a submission is read. Everything beyond is refused before it takes memory. */
import { Refusal } from "./submission.ts";

export interface Caps {
  /** The archive, or the packs and objects of a repository that are read, as they were handed in, in bytes. */
  archive: number;
  /** One file after decompression, in bytes. Notebooks carry their plots. */
  file: number;
  /** One file of TypeScript, or the component's cells together, in bytes. */
  source: number;
  /** All files of TypeScript. */
  sources: number;
  /** All that is taken, in bytes. */
  total: number;
  /** All that decompression may give, taken or not, in bytes. */
  inflated: number;
  /** Files that are taken. */
  files: number;
  /** Names that are looked at in a folder or an archive. */
  entries: number;
  /** Folders in one another. */
  depth: number;
}

const MiB = 2 ** 20;

export const CAPS: Caps = {
  archive: 32 * MiB,
  file: 16 * MiB,
  source: MiB / 4,
  sources: MiB,
  total: 24 * MiB,
  inflated: 64 * MiB,
  files: 100,
  entries: 10_000,
  depth: 12,
};

/** "16 MiB", "256 KiB", "12 bytes". */
export function bytes(count: number): string {
  if (count >= MiB) return `${+(count / MiB).toFixed(1)} MiB`;
  return count >= 1024 ? `${+(count / 1024).toFixed(1)} KiB` : `${count} bytes`;
}

/** @throws Refusal naming the file, its size and the cap. */
export function tooLarge(name: string, size: number, cap: number): Refusal {
  return new Refusal(
    `${name} is too large: ${bytes(size)}; at most ${bytes(cap)} are read. In a notebook, Edit, Clear Outputs makes it small.`,
  );
}
