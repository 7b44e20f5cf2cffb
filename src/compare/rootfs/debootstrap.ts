/** mmdebstrap: Debian packages to a tar, without being Debian and without touching the machine. */
import { mkdir, rm } from "node:fs/promises";
import { CannotCompare, sentence } from "../errors.ts";
import { installed, must } from "../ground/child.ts";

/** Its glibc and sysbench 1.0.20 are those of the reports that we compare with. */
export const SUITE = "bookworm";

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
  // Its own temporary folder lies inside of what is removed when it is killed.
  const temporary = `${tar}.${process.pid}.half`;
  await mkdir(temporary, { mode: 0o755 });
  try {
    const env = { ...process.env, TMPDIR: temporary };
    await must(mmdebstrapCommand(variant, packages, tar), { signal, env });
  } catch (error) {
    if (!(error instanceof CannotCompare)) throw error;
    throw new CannotCompare(
      `${packages.join(", ")} can't be had (a Debian mirror is needed once): ${sentence(error)}`,
    );
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
