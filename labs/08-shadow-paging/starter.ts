import type { Fault, Guest, Shadow, ShadowPaging, Verdict } from "ringlab/labs/08-shadow-paging/component";

function onFault(fault: Fault, guest: Guest, shadow: Shadow): Verdict {
  // Step 1. What do the guest's tables say? (C1, C2, C3) Fill the shadow in. (C4, C5)
  // Step 2. Make no shadow without tracing the table. (C6, C7)
  // Step 4. A page table may go out of sync. (C10, C13)
  return { kind: "guest", error: 0 };
}

function onPtWrite(frame: number, index: number, guest: Guest, shadow: Shadow): void {
  // Step 2. The shadow follows. (C8)
}

function onCr3(guest: Guest, shadow: Shadow): void {
  // Step 3. Which shadow does the processor walk now? (C9) Step 4. What is out of sync? (C11)
  shadow.load(shadow.make(guest.root(), 2));
}

function onInvlpg(address: number, guest: Guest, shadow: Shadow): void {
  // Step 4. One entry may be old. (C12)
}

export const component: ShadowPaging = { onFault, onPtWrite, onCr3, onInvlpg };
