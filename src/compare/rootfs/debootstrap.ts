/** mmdebstrap: Debian packages to a tar, without being Debian and without touching the machine. */
import { mkdir, rm, statfs } from "node:fs/promises";
import { CannotCompare, sentence } from "../errors.ts";
import { installed, must } from "../ground/child.ts";

/** Its glibc and sysbench 1.0.20 are those of the reports that we compare with. */
export const SUITE = "bookworm";

/** MiB: what the cache takes in the end, and as much again while it is made. */
const ROOM = 1500;

/** What it mounts as root goes with it, also when it is killed. */
const ALONE = process.getuid?.() === 0 ? ["unshare", "--mount", "--propagation", "private"] : [];

type Variant = "minbase" | "extract";

export const mmdebstrapCommand = (variant: Variant, packages: readonly string[], tar: string): string[] => [
  ...["mmdebstrap", "--quiet", `--variant=${variant}`, `--include=${packages.join(",")}`, SUITE, tar],
];

/**
 * @param variant "minbase" is a system; "extract" only unpacks the packages
 * @throws CannotCompare with what to do
 */
export async function mmdebstrap(
  variant: Variant,
  packages: readonly string[],
  tar: string,
  { cache, signal }: { cache: string; signal: AbortSignal },
): Promise<void> {
  if (!(await installed("mmdebstrap")))
    throw new CannotCompare(
      `mmdebstrap, which makes the root file system, is not installed: apt install mmdebstrap (or copy the folder ${cache} of a machine that has it)`,
    );
  const { bavail, bsize } = await statfs(cache);
  const free = Math.floor((bavail * bsize) / 2 ** 20);
  if (free < ROOM)
    throw new CannotCompare(
      `${cache} has room for ${free} MiB, and ${ROOM} are needed to make the root file system: make room, or name another folder in RINGLAB_CACHE`,
    );
  // Its own temporary folder lies inside of what is removed when it is killed.
  const temporary = `${tar}.${process.pid}.half`;
  await mkdir(temporary, { mode: 0o755 });
  try {
    const env = { ...process.env, TMPDIR: temporary };
    await must([...ALONE, ...mmdebstrapCommand(variant, packages, tar)], { signal, env });
  } catch (error) {
    if (!(error instanceof CannotCompare)) throw error;
    throw new CannotCompare(
      `${packages.join(", ")} can't be had (a Debian mirror is needed once): ${sentence(error)}`,
    );
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
