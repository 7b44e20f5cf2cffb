/** Clauses C6 to C10 once more, naive, an instruction at a time; and the same with one of them misread. */
import type { Classified, Verdict } from "../../../src/formal/component.ts";

export const SLIPS = [
  "only control counts",
  "control does not count",
  "supervisor states do not count",
  "the mode does not count",
  "privileged ones are named",
  "the mode counts for a hybrid",
  "supervisor states count for a hybrid",
  "only control counts for a hybrid",
  "only the place counts for a hybrid",
  "names are sorted",
  "one name is enough",
] as const;
export type Slip = (typeof SLIPS)[number];

export function verdict(instructions: readonly Classified[], slip?: Slip): Verdict {
  const breaks: string[] = [];
  const breaksHybrid: string[] = [];
  for (const one of instructions) {
    if (one.privileged && slip !== "privileged ones are named") continue;
    if (isSensitive(one, slip)) breaks.push(one.mnemonic);
    if (isUserSensitive(one, slip)) breaksHybrid.push(one.mnemonic);
  }
  for (const names of [breaks, breaksHybrid]) {
    if (slip === "names are sorted") names.sort();
    if (slip === "one name is enough") names.splice(1);
  }
  return { virtualizable: breaks.length === 0, hybrid: breaksHybrid.length === 0, breaks, breaksHybrid };
}

/** C6 */
function isSensitive({ control, location, mode }: Classified, slip?: Slip): boolean {
  if (slip === "only control counts") return control.s || control.u;
  if (slip === "control does not count") return location.s || location.u || mode;
  if (slip === "supervisor states do not count") return control.u || location.u || mode;
  const place = control.s || control.u || location.s || location.u;
  return slip === "the mode does not count" ? place : place || mode;
}

/** C7 */
function isUserSensitive({ control, location, mode }: Classified, slip?: Slip): boolean {
  if (slip === "only control counts for a hybrid") return control.u;
  if (slip === "only the place counts for a hybrid") return location.u;
  if (slip === "supervisor states count for a hybrid")
    return control.u || location.u || control.s || location.s;
  return control.u || location.u || (slip === "the mode counts for a hybrid" && mode);
}
