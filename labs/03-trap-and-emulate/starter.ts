import type {
  Decision,
  Delivery,
  Effects,
  Event,
  Gate,
  Raised,
  Trap,
  TrapComponent,
  Trapped,
  VirtualCpu,
} from "ringlab/labs/03-trap-and-emulate/component";

function onTrap(trap: Trap, guest: VirtualCpu): Decision {
  // Step 1. Whose affair is it: the host's, the monitor's, the guest's? (C1 to C4)
  // May this program use the gate that it calls? (C5)
  return { do: "reflect", vector: trap.vector, error: trap.error };
}

function emulate(instruction: Trapped, guest: VirtualCpu): Effects | Raised | null {
  // Step 2. What does the instruction do to the virtual processor? May it, in this ring? (C6 to C12)
  return null;
}

function inject(event: Event, guest: VirtualCpu, gate: Gate): Delivery {
  // Step 3. What does the handler find on its stack, and where is the stack? (C13 to C15)
  const { registers, selectors, eflags } = guest;
  return { frame: [], esp: registers.esp, ss: selectors.ss, cs: gate.cs, eip: gate.eip, eflags };
}

export const component: TrapComponent = { onTrap, emulate, inject };
