/** Clauses C8 to C12 once more, naive, a trial and a name at a time; and the same with one of them misread. */
import type { Finding, Leak, Outcome, Probe, Trial } from "../../../src/experiments/index.ts";

export const SLIPS = [
  "a trap settles it",
  "any trap is a trap",
  "vectors are compared",
  "a missing trap is missed",
  "only the names of the first run are compared",
  "kept is not compared",
  "seen is not compared",
  "a register's trial is read as the ring's",
  "what a table's trial keeps is read as the ring's",
  "a register gives away protection as well",
  "EFLAGS is a table",
  "segments are silence",
  "segments are nothing",
  "IOPL is nothing",
  "a port is silence",
  "one leak a trial",
  "only the first trial counts",
  "only the last trial counts",
  "a leak is named twice",
] as const;
export type Slip = (typeof SLIPS)[number];

export function finding({ trials }: Probe, slip?: Slip): Finding {
  const counted =
    slip === "only the first trial counts"
      ? trials.slice(0, 1)
      : slip === "only the last trial counts"
        ? trials.slice(-1)
        : trials;
  const given = counted.map((trial) => givesAway(trial, slip));
  const all = given.flatMap((leaks) => (slip === "one leak a trial" ? leaks.slice(0, 1) : leaks));
  const leaks = slip === "a leak is named twice" ? all : all.filter((leak, n) => all.indexOf(leak) === n);
  const trapped = counted.some((trial) => trapsBelow(trial, slip));
  if (trapped && slip === "a trap settles it") return { outcome: "traps", leaks: [] };
  if (leaks.length > 0) return { outcome: "differs", leaks: leaks.toSorted() };
  return { outcome: trapped ? "traps" : "same", leaks: [] };
}

function trapsBelow({ first, second }: Trial, slip?: Slip): boolean {
  const [above, below] = [first.kind === "traps", second.kind === "traps"];
  if (slip === "any trap is a trap") return above || below;
  return below && (!above || (slip === "vectors are compared" && vector(first) !== vector(second)));
}

const vector = (outcome: Outcome) => (outcome.kind === "traps" ? outcome.vector : undefined);

function givesAway(trial: Trial, slip?: Slip): Leak[] {
  const { differ, first, second } = trial;
  if (second.kind === "traps") return [];
  const news: { name: string; where: "seen" | "kept" }[] = [];
  if (first.kind === "traps") {
    if (slip === "a missing trap is missed") return [];
    news.push({ name: "the trap", where: "seen" });
  } else {
    for (const where of ["seen", "kept"] as const) {
      if (slip === `${where} is not compared`) continue;
      const [one, other]: Readonly<Record<string, unknown>>[] = [first[where], second[where]];
      for (const name of Object.keys(one!)) if (other![name] !== one![name]) news.push({ name, where });
      if (slip === "only the names of the first run are compared") continue;
      for (const name of Object.keys(other!)) if (!(name in one!)) news.push({ name, where });
    }
  }
  if (differ === "ring" || slip === "a register's trial is read as the ring's")
    return news.flatMap((one) => ofTheRing(one, slip));
  if (news.length === 0) return [];
  const onlyKept = news.every(({ where }) => where === "kept") && ofTheRegister(differ) === "tables";
  if (onlyKept && slip === "what a table's trial keeps is read as the ring's")
    return news.flatMap((one) => ofTheRing(one));
  const more: Leak[] = slip === "a register gives away protection as well" ? ["protection"] : [];
  return [ofTheRegister(differ, slip), ...more];
}

/** C9 */
function ofTheRegister(differ: Trial["differ"], slip?: Slip): Leak {
  if (differ === "TSC" || differ === "port") return "resources";
  if (differ === "EFLAGS") return slip === "EFLAGS is a table" ? "tables" : "status";
  return differ === "CR0" ? "status" : "tables";
}

/** C10 and C11 */
function ofTheRing({ name, where }: { name: string; where: "seen" | "kept" }, slip?: Slip): Leak[] {
  if (where === "seen") return ["protection"];
  if (name === "IF") return ["silence"];
  if (name === "IOPL") return slip === "IOPL is nothing" ? [] : ["silence"];
  if (name === "port") return [slip === "a port is silence" ? "silence" : "resources"];
  if (slip === "segments are nothing") return [];
  return [slip === "segments are silence" ? "silence" : "protection"];
}
