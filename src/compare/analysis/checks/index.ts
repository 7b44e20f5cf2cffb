/** All checks, in the order in which a report names what they found. */
import { cellsOf } from "../cells.ts";
import type { Check, Finding, Severity } from "../finding.ts";
import type { Run } from "../read.ts";
import { beneath } from "./beneath.ts";
import { cache } from "./cache.ts";
import { contention } from "./contention.ts";
import { design } from "./design.ts";
import { emulation } from "./emulation.ts";
import { implausible } from "./implausible.ts";
import { independent } from "./independent.ts";
import { repetitions } from "./repetitions.ts";
import { sampling } from "./sampling.ts";
import { spread } from "./spread.ts";
import { threads } from "./threads.ts";
import { versions } from "./versions.ts";

export const CHECKS: readonly Check[] = [
  versions,
  repetitions,
  implausible,
  independent,
  emulation,
  beneath,
  threads,
  cache,
  contention,
  spread,
  sampling,
  design,
];

const ORDER: readonly Severity[] = ["refuse", "warn", "note"];

/** Everything that is wrong with a run, the worst first. */
export function findingsOf(run: Run): Finding[] {
  const cells = cellsOf(run);
  const found = CHECKS.flatMap((check) => check.look(run, cells));
  return ORDER.flatMap((severity) => found.filter((finding) => finding.severity === severity));
}
