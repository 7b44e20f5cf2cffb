import type { Finding, Leak, Probe } from "ringlab/experiments";
import type { Classified, ModesAndRings, Verdict } from "ringlab/labs/02-modes-and-rings/component";

const protect = () => `
        ; Step 1. A GDT, LGDT, CR0.PE, a far jump, data segments. (C1, C2, C3)
        hlt
`;

const map = () => `
        ; Step 2. Tables of four levels at 10000h, CR3, CR4.PAE. (C4, C5)
`;

const lengthen = () => `
        ; Step 3. EFER.LME, CR0.PG, a far jump. (C6)
        hlt
`;

function classify(probe: Probe): Finding {
  const leaks: Leak[] = [];
  for (const { differ, first, second } of probe.trials) {
    // Step 4. Did the second complete? Is it as the first? (C8)
    // If not: what does it give away? (C9, C10, C11)
  }
  return { outcome: "same", leaks };
}

function verdict(instructions: readonly Classified[]): Verdict {
  const leaks: Record<Leak, string[]> = {
    tables: [],
    status: [],
    protection: [],
    silence: [],
    resources: [],
  };
  // Step 5. Who stands against the monitor (C13), and with what? (C14)
  return { virtualizable: true, entries: [], leaks };
}

export const component: ModesAndRings = { protect, map, lengthen, classify, verdict };
