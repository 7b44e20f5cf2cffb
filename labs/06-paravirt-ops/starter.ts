import type {
  Frames,
  Operation,
  ParavirtOps,
  Site,
  Target,
  Update,
} from "ringlab/labs/06-paravirt-ops/component";

function update({ table, index, entry }: Update, frames: Frames): "done" | "refused" {
  // Step 1. Whose frame is it? (C1, C2)
  // Step 2. What will it be used for, and what was the old one used for? (C3, C4, C5)
  frames.write(table, index, entry);
  return "done";
}

function batch(operations: readonly Operation[], most: number): number[][] {
  const crossings: number[][] = [];
  // Step 3. What may wait, and until when? (C6, C7, C8, C9)
  for (const operation of operations) if ("id" in operation) crossings.push([operation.id]);
  return crossings;
}

function patch(site: Site, target: Target): number[] {
  // Step 4. In the site itself, or a direct call? (C10, C11, C12)
  return [0x90, 0x90, 0x90, 0x90, 0x90, 0x90];
}

export const component: ParavirtOps = { update, batch, patch };
