/**
 * Wrong: resumes at whatever is the monitor's doing: a segment that is cut short stays so, and the instruction faults for ever.
 * Breaks clause: C2
 * Caught by: dispatch: a segment that the monitor had cut short
 * Caught by hidden: dispatch: what the monitor and the host do
 */
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

const GP = 13;
/** #UD, #TS, #NP, #SS, #GP. */
const REFUSED = [6, 10, 11, 12, GP];

const TF = 1 << 8;
const IF = 1 << 9;
const IOPL = 3 << 12;
const NT = 1 << 14;
const RF = 1 << 16;
const VM = 1 << 17;
/** CF, PF, AF, ZF, SF, TF, DF, OF, NT, AC, ID. */
const POPF = 0x244dd5;
const TS = 1 << 3;

const CONTROL = /^cr[0234]$/;

const FAULTS: Raised = { fault: { vector: GP, error: 0 } };

function onTrap(trap: Trap, guest: VirtualCpu): Decision {
  const { kind, vector, error, cause, gateRing, instruction } = trap;
  if (kind === "interrupt") return { do: "resume" };
  if (kind === "software") {
    if (gateRing < guest.cpl) return { do: "reflect", vector: GP, error: 8 * vector + 2 };
    return { do: "reflect", vector, error: null };
  }
  if (cause === "device") return { do: "emulate" };
  if (cause === "monitor") return { do: "resume" };
  if (REFUSED.includes(vector) && instruction?.sensitive) return { do: "emulate" };
  return { do: "reflect", vector, error };
}

function emulate(instruction: Trapped, guest: VirtualCpu): Effects | Raised | null {
  const { mnemonic, operands, length, size } = instruction;
  const { cpl, eflags, registers, selectors, stack } = guest;
  const eip = (guest.eip + length) >>> 0;
  const mayInterrupt = cpl <= (eflags & IOPL) >> 12;
  switch (mnemonic) {
    case "cli":
      return mayInterrupt ? { eip, eflags: eflags & ~IF } : FAULTS;
    case "sti":
      return mayInterrupt ? { eip, eflags: eflags | IF, shadow: (eflags & IF) === 0 } : FAULTS;
    case "hlt":
      return cpl === 0 ? { eip, halt: true } : FAULTS;
    case "clts":
      return cpl === 0 ? { eip, cr0: (guest.cr0 & ~TS) >>> 0 } : FAULTS;
    case "pushf":
      return size === 4 ? { eip, push: eflags & ~(RF | VM) } : null;
    case "popf": {
      const image = stack[0];
      if (size !== 4 || image === undefined) return null;
      const mask = POPF | (mayInterrupt ? IF : 0) | (cpl === 0 ? IOPL : 0);
      return {
        eip,
        eflags: (eflags & ~mask & ~RF) | (image & mask),
        registers: { esp: (registers.esp + 4) >>> 0 },
      };
    }
    case "mov": {
      const [to, from] = operands as [string, string];
      if (to in registers && from in selectors)
        return { eip, registers: { [to]: selectors[from as keyof typeof selectors] } };
      if (!CONTROL.test(to) && !CONTROL.test(from)) return null;
      if (cpl !== 0) return FAULTS;
      const value = registers[from as keyof typeof registers];
      if (to === "cr2") return { eip, cr2: value };
      if (to === "cr3") return { eip, cr3: value };
      if (CONTROL.test(to)) return null;
      return { eip, registers: { [to]: guest[from as "cr0" | "cr2" | "cr3" | "cr4"] } };
    }
    default:
      return null;
  }
}

function inject(event: Event, guest: VirtualCpu, gate: Gate): Delivery {
  const { cpl, eip, eflags, selectors, registers } = guest;
  const inner = cpl !== 0;
  const frame = [eip, selectors.cs, eflags];
  if (event.error !== null) frame.unshift(event.error);
  if (inner) frame.push(registers.esp, selectors.ss);
  const top = inner ? gate.esp0 : registers.esp;
  const cleared = TF | NT | RF | VM | (gate.type === "interrupt" ? IF : 0);
  return {
    frame,
    esp: (top - 4 * frame.length) >>> 0,
    ss: inner ? gate.ss0 : selectors.ss,
    cs: gate.cs,
    eip: gate.eip,
    eflags: eflags & ~cleared,
  };
}

export const component: TrapComponent = { onTrap, emulate, inject };
