/** mmdebstrap: Debian packages to a tar, without being Debian and without touching the machine. */
import { CannotCompare, sentence } from "../errors.ts";
import { installed, must } from "../ground/child.ts";

/** Its glibc and sysbench 1.0.20 are those of the reports that we compare with. */
export const SUITE = "bookworm";

/**
 * @param variant "minbase" is a system; "extract" only unpacks the packages
 * @throws CannotCompare with what to do
 */
export async function mmdebstrap(
  variant: "minbase" | "extract",
  packages: readonly string[],
  tar: string,
  signal: AbortSignal,
): Promise<void> {
  if (!(await installed("mmdebstrap")))
    throw new CannotCompare(
      `mmdebstrap, which makes the root file system, is not installed: apt install mmdebstrap (or copy the folder ${tar.replace(/\/[^/]*$/, "")} of a machine that has it)`,
    );
  try {
    await must(
      ["mmdebstrap", "--quiet", `--variant=${variant}`, `--include=${packages.join(",")}`, SUITE, tar],
      {
        signal,
      },
    );
  } catch (error) {
    if (!(error instanceof CannotCompare)) throw error;
    throw new CannotCompare(
      `${packages.join(", ")} can't be had (a Debian mirror is needed once): ${sentence(error)}`,
    );
  }
}
