import type {
  Action,
  Allowed,
  Exit,
  HardwareAssist,
  Injection,
  Waiting,
  Wish,
} from "ringlab/labs/05-hardware-assist/component";

function controls({ required, optional }: Wish, { must, may }: Allowed): number | null {
  // Step 1. What must be set, what may be? (C1, C2, C3)
  return 0;
}

function onExit({ reason, qualification, length, interruption, error }: Exit): Action {
  // Step 2. Why did the guest exit, and where does it go on? (C4 to C8)
  return { kind: "unknown", advance: 1 };
}

function inject(waiting: Waiting): Injection {
  // Step 3. What comes first, and what must wait? (C9 to C13)
  return { information: 1, error: 0, window: false };
}

export const component: HardwareAssist = { controls, onExit, inject };
