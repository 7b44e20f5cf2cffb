/** One root file system for all targets: Debian's smallest variant and sysbench, made once by mmdebstrap and kept in the cache. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { arch } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { CannotCompare, sentence } from "../errors.ts";
import { installed, must } from "../ground/child.ts";

/** Its glibc and sysbench 1.0.20 are those of the reports that we compare with. */
export const SUITE = "bookworm";

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

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** @throws CannotCompare when it has to be made and can't be */
export async function rootfs({ cache, signal }: Place): Promise<Rootfs> {
  const tar = join(cache, `rootfs-${SUITE}-${arch()}.tar`);
  const sum = `${tar}.sha256`;
  if (!(await exists(sum))) {
    if (!(await installed("mmdebstrap")))
      throw new CannotCompare(
        `there is no root file system yet, and mmdebstrap, which makes it, is not installed: apt install mmdebstrap; or put a tar of a system with bash and sysbench at ${tar} and its SHA-256 at ${sum}`,
      );
    const half = `${tar}.${process.pid}.half.tar`;
    try {
      await must(["mmdebstrap", "--quiet", "--variant=minbase", "--include=sysbench", SUITE, half], {
        signal,
      });
      const hash = createHash("sha256");
      await pipeline(createReadStream(half), hash);
      await rename(half, tar);
      await writeFile(sum, `${hash.digest("hex")}\n`);
    } catch (error) {
      if (!(error instanceof CannotCompare)) throw error;
      throw new CannotCompare(
        `the root file system could not be made (a Debian mirror is needed once): ${sentence(error)}`,
      );
    } finally {
      await rm(half, { force: true });
    }
  }
  return { tar, sha256: (await readFile(sum, "utf8")).trim() };
}

/** The root file system unpacked, with an empty folder /work. Nobody may write into it: a session has its own /work. */
export async function rootFolder(place: Place): Promise<string> {
  const { tar, sha256 } = await rootfs(place);
  const folder = join(place.cache, `rootfs-${sha256.slice(0, 12)}`);
  if (!(await exists(folder))) {
    const half = `${folder}.${process.pid}.half`;
    try {
      await mkdir(half, { recursive: true });
      await must(
        ["tar", "--extract", "--preserve-permissions", "--numeric-owner", "--file", tar, "--directory", half],
        {
          signal: place.signal,
        },
      );
      await mkdir(join(half, "work"), { recursive: true });
      await rename(half, folder);
    } finally {
      await rm(half, { recursive: true, force: true });
    }
  }
  return folder;
}
