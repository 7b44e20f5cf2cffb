/**
 * Wrong: confuses the two sides of a line.
 * Breaks clause: C3
 * Caught by: translate: both ways
 * Caught by hidden: translate: in the middle of a line
 */
import type {
  Account,
  BornProcess,
  Charge,
  Consequence,
  Containers,
  Extent,
  Found,
  Intent,
  Listed,
  Under,
} from "ringlab/labs/15-containers/component";

function pidIn(process: BornProcess, namespace: number, parents: readonly (number | null)[]): number {
  let level = process.pids.length - 1;
  for (let at: number | null = process.namespace; at !== null; at = parents[at]!) {
    if (at === namespace) return process.pids[level]!;
    level--;
  }
  return 0;
}

function translate(map: readonly Extent[], id: number, to: "kernel" | "namespace"): number | null {
  for (const { inner, outer, count } of map) {
    const [from, into] = to === "namespace" ? [inner, outer] : [outer, inner];
    if (id >= from && id < from + count) return into + id - from;
  }
  return null;
}

function charge(account: Account, ran: number): Charge {
  const { weight, virtualTime, quota, left } = account;
  return {
    virtualTime: virtualTime + (ran * 100) / weight,
    left: quota === null ? left : left - ran,
  };
}

function refill({ quota, left }: Account): number {
  return Math.min(quota!, left + quota!);
}

function resolve(found: readonly (Found | null)[]): number[] {
  const seen: number[] = [];
  for (const [layer, one] of found.entries()) {
    if (one === null) continue;
    if (one.kind === "whiteout") break;
    if (one.kind === "other" && seen.length > 0) break;
    seen.push(layer);
    if (one.kind === "other" || one.opaque) break;
  }
  return seen;
}

function list(layers: readonly (readonly Listed[])[]): string[] {
  const seen = new Set<string>();
  const hidden = new Set<string>();
  for (const layer of layers)
    for (const { name, kind } of layer) {
      if (seen.has(name) || hidden.has(name)) continue;
      (kind === "whiteout" ? hidden : seen).add(name);
    }
  return [...seen];
}

function change(intent: Intent, inUpper: readonly boolean[], under: Under): Consequence {
  if (intent === "read") return { copy: [], leave: "nothing" };
  const needed = intent === "change" ? inUpper.length : inUpper.length - 1;
  const copy: number[] = [];
  for (let at = 0; at < needed; at++) if (!inUpper[at]) copy.push(at);
  if (intent === "remove" && under.below) return { copy, leave: "whiteout" };
  if (intent === "make-directory" && under.whiteout) return { copy, leave: "opaque" };
  return { copy, leave: "nothing" };
}

export const component: Containers = { pidIn, translate, charge, refill, resolve, list, change };
