/** One root file system for all targets: Debian's smallest variant and sysbench, made once and kept in the cache. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { arch } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { must } from "../ground/child.ts";
import { commandLine } from "../ground/quote.ts";
import type { Image } from "../record.ts";
import { mmdebstrap, mmdebstrapCommand, SUITE } from "./debootstrap.ts";
import { made } from "./made.ts";

const PACKAGES = ["sysbench"];

/** What the root file system is, for people. */
export const debianWithSysbench = `Debian ${SUITE} (minbase) with ${PACKAGES.join(", ")}, made by mmdebstrap`;

export interface Rootfs {
  /** A tar with device nodes, owners and modes. */
  tar: string;
  /** Of the tar, hex. */
  sha256: string;
}

export interface Place {
  cache: string;
  signal: AbortSignal;
}

/** @throws CannotCompare when it has to be made and can't be */
export async function rootfs({ cache, signal }: Place): Promise<Rootfs> {
  const tar = await made(join(cache, `rootfs-${SUITE}-${arch()}.tar`), (half) =>
    mmdebstrap("minbase", PACKAGES, half, { cache, signal }),
  );
  const sum = await made(`${tar}.sha256`, async (half) => {
    const hash = createHash("sha256");
    await pipeline(createReadStream(tar), hash);
    await writeFile(half, `${hash.digest("hex")}\n`);
  });
  return { tar, sha256: (await readFile(sum, "utf8")).trim() };
}

/** The root file system unpacked, with an empty folder /work. Nobody may write into it: a session has its own /work. */
export async function rootFolder(place: Place): Promise<string> {
  const { tar, sha256 } = await rootfs(place);
  return made(join(place.cache, `rootfs-${sha256.slice(0, 12)}`), async (half) => {
    await mkdir(join(half, "work"), { recursive: true });
    await unpack(tar, half, place.signal);
  });
}

const tarInto = (tar: string, folder: string): string[] => [
  ...["tar", "--extract", "--preserve-permissions", "--numeric-owner"],
  ...["--file", tar, "--directory", folder],
];

export const unpack = (
  tar: string,
  folder: string,
  signal: AbortSignal,
  ...members: string[]
): Promise<string> => must([...tarInto(tar, folder), ...members], { signal });

/** How `rootFolder` is made, for the report: the commands, and what stands for an image. */
export async function rootImage(place: Place): Promise<{ prepared: string[]; image: Image }> {
  const { tar, sha256 } = await rootfs(place);
  const prepared = [mmdebstrapCommand("minbase", PACKAGES, tar), tarInto(tar, await rootFolder(place))];
  const history = prepared.map(commandLine);
  return { prepared: history, image: { id: `sha256:${sha256}`, history: history.toReversed() } };
}
