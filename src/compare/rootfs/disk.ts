/** The root file system as a virtual machine's disk: ext4 made from the folder without mounting anything, in both formats. */
import { join } from "node:path";
import { must } from "../ground/child.ts";
import { commandLine } from "../ground/quote.ts";
import type { Resources } from "../record.ts";
import { made } from "./made.ts";
import { type Place, rootFolder, rootImage } from "./rootfs.ts";

/** Sparse: it takes as much of the host's disk as is written. */
const SIZE = "16G";
const INODES = 1 << 16;

/** An image that must not be written to: a session has its copy. */
export async function disk(place: Place, format: NonNullable<Resources["disk"]>): Promise<string> {
  const { signal } = place;
  const folder = await rootFolder(place);
  const raw = await made(`${folder}.raw`, (half) => must(makeRaw(folder, half), { signal }));
  if (format === "raw") return raw;
  return made(`${folder}.qcow2`, (half) => must(convert(raw, half), { signal }));
}

/** The tables are written now: a guest would do it in the background, while it is measured. */
const makeRaw = (folder: string, raw: string): string[] => [
  ...["mke2fs", "-q", "-t", "ext4", "-N", String(INODES), "-d", folder],
  ...["-E", "lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0", raw, SIZE],
];

const convert = (raw: string, qcow2: string): string[] => [
  ...["qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, qcow2],
];

/** How `disk` is made, for the report. */
export async function diskImage(place: Place): ReturnType<typeof rootImage> {
  const { prepared, image } = await rootImage(place);
  const folder = await rootFolder(place);
  const made = [makeRaw(folder, `${folder}.raw`), convert(`${folder}.raw`, `${folder}.qcow2`)].map(
    commandLine,
  );
  return {
    prepared: [...prepared, ...made],
    image: { id: image.id, history: [...made.toReversed(), ...image.history] },
  };
}

export const copying = (image: string, copy: string): string[] => [
  ...["cp", "--reflink=auto", "--sparse=always", image, copy],
];

/** A copy that shares blocks where the file system can, and keeps holes. */
export async function copyDisk(image: string, folder: string, signal: AbortSignal): Promise<string> {
  const copy = join(folder, "disk");
  await must(copying(image, copy), { signal });
  return copy;
}
