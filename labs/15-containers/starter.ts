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
  // Step 1. Who is it there, if anybody? (C1, C2) So far there is one namespace.
  return process.pids[0]!;
}

function translate(map: readonly Extent[], id: number, to: "kernel" | "namespace"): number | null {
  // Step 2. Which line has the id? (C3, C4, C5) So far everybody is who he says he is.
  return id;
}

function charge(account: Account, ran: number): Charge {
  // Step 3. What does it cost? (C6, C7) So far nobody counts more than others, and no quota ends.
  return { virtualTime: account.virtualTime + ran, left: account.left };
}

function refill(account: Account): number {
  // Step 3. What is left in the new period? (C8)
  return 0;
}

function resolve(found: readonly (Found | null)[]): number[] {
  // Step 4. Which layers are seen? (C9, C10, C11) So far the topmost alone.
  return [0];
}

function list(layers: readonly (readonly Listed[])[]): string[] {
  // Step 4. Which names? (C12)
  return layers.flat().map(({ name }) => name);
}

function change(intent: Intent, inUpper: readonly boolean[], under: Under): Consequence {
  // Step 5. What is copied first, and what stays behind? (C13 … C16) So far nothing.
  return { copy: [], leave: "nothing" };
}

export const component: Containers = { pidIn, translate, charge, refill, resolve, list, change };
