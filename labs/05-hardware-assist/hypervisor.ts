/**
 * A hypervisor of one page around the student's pieces, on the processor's own VT-x: the VMCS is real, its checks at VM entry are the
 * manual's, and the guest runs in non-root operation.
 */
import type { Verdict } from "../../src/machine/monitor.ts";
import { GENERATIONS } from "../../src/machine/vmx/capabilities.ts";
import { CPU, PIN } from "../../src/machine/vmx/controls.ts";
import { HANDLERS, SmallGuest } from "../../src/machine/vmx/small-guest.ts";
import type { Action, Allowed, HardwareAssist, Injection, Waiting, Wish } from "./component.ts";

/** Plain data: a program, and what comes from outside while it runs. */
export interface Program {
  /** Which processor: an id of vmx/capabilities.ts. */
  readonly processor: string;
  /** 32-bit assembly at 10000h. HLT ends it, when no interrupt is to come any more. */
  readonly source: string;
  /** Vectors of external interrupts; the next one waits when the last was taken. */
  readonly interrupts: readonly number[];
}

const PATIENCE = 400;
const MOST_EXITS = 60;
const FIRST_INTERRUPT = 32;
/** INC EBX, IRET. */
const COUNT_AND_RETURN = [0x43, 0xcf];
const RFLAGS_IF = 1 << 9;

export const PROCESSORS: readonly string[] = GENERATIONS.map(({ id }) => id);

/** HLT, I/O and external interrupts must exit; the interrupt window is turned on when it is needed. */
const PRIMARY: Wish = { required: CPU.hlt | CPU.io, optional: 0 };
const PIN_WISH: Wish = { required: PIN.externalInterrupt, optional: PIN.nmi };

export class Hypervisor {
  readonly events: string[] = [];
  readonly #guest: SmallGuest;
  readonly #component: HardwareAssist;
  readonly #interrupts: number[];
  readonly #primary: Allowed;
  #exception: Waiting["exception"] = null;
  #result = "";

  constructor(component: HardwareAssist, { processor, interrupts, source }: Program) {
    const capabilities = GENERATIONS.find(({ id }) => id === processor);
    if (capabilities === undefined) throw new RangeError(`there is no processor "${processor}"`);
    this.#component = component;
    this.#interrupts = [...interrupts];
    this.#primary = capabilities.primary;
    const guest = new SmallGuest(capabilities);
    this.#guest = guest;
    guest.answer = () => this.#exit();
    guest.set("primaryControls", component.controls(PRIMARY, capabilities.primary) ?? 0);
    guest.set("pinControls", component.controls(PIN_WISH, capabilities.pin) ?? 0);
    guest.set("exceptionBitmap", (1 << 0) | (1 << 3) | (1 << 6) | (1 << 13));
    guest.set("cr0Mask", -1);
    guest.set("cr0Shadow", 0x80000031 | 0);
    this.#handlers();
    guest.load(source);
  }

  /** The handlers of interrupts count in EBX and return; those of exceptions stay HLT. */
  #handlers(): void {
    const { bus } = this.#guest;
    for (let vector = FIRST_INTERRUPT; vector < 256; vector++)
      bus.ram.set(COUNT_AND_RETURN, HANDLERS + 8 * vector);
  }

  run(): string[] {
    this.#give();
    const end = this.#guest.go(PATIENCE);
    if (this.#result === "")
      this.events.push(/^(failed|exited)/.test(end) ? `VM entry ${end}` : `ends: ${end}`);
    const { cpu } = this.#guest;
    const registers = ["eax", "ecx", "edx", "ebx"].map(
      (name, n) => `${name}=${((cpu.r32[2 * n] as number) >>> 0).toString(16)}`,
    );
    return [...this.events, registers.join(" ")];
  }

  #exit(): Verdict {
    const guest = this.#guest;
    const field = (name: Parameters<typeof guest.get>[0]) => guest.get(name) >>> 0;
    const action = this.#component.onExit({
      reason: field("exitReason") & 0xffff,
      qualification: field("exitQualification"),
      length: field("exitInstructionLength"),
      interruption: field("exitInterruption"),
      error: field("exitErrorCode"),
    });
    this.events.push(show(action));
    if (this.events.length > MOST_EXITS) return this.#end("too many exits");
    this.#carryOut(action);
    guest.set("guestRip", guest.get("guestRip") + action.advance);
    if (action.kind === "unknown") return this.#end("gives up");
    if (action.kind === "hlt" && this.#interrupts.length === 0) return this.#end("halts");
    this.#give();
    const result = guest.vmx.vmresume();
    if (result.kind === "entered") return "resume";
    return this.#end(`VM entry ${result.kind}: ${result.rule}`);
  }

  #carryOut(action: Action): void {
    const { cpu } = this.#guest;
    if (action.kind === "io" && action.direction === "in") {
      const mask = action.size === 4 ? -1 : (1 << (8 * action.size)) - 1;
      // A device that answers with its port's number.
      const value = Math.imul(action.port, 0x01010101) & mask;
      cpu.r32[0] = ((cpu.r32[0] as number) & ~mask) | value;
    } else if (action.kind === "cpuid") {
      cpu.r32.set([0x5, 0, 0x1ab, 0, 0x1ab2, 0, 0x1ab3, 0]);
    } else if (action.kind === "control" && action.access === "read") {
      cpu.r32[2 * action.operand] = this.#guest.get("guestCr0") & ~0x20;
    } else if (action.kind === "exception") this.#exception = { vector: action.vector, error: action.error };
  }

  /** What waits goes into the VMCS as the component says. */
  #give(): void {
    const guest = this.#guest;
    const interrupt = this.#interrupts[0] ?? null;
    const blocking = guest.get("interruptibility");
    const waiting: Waiting = {
      vectoring: guest.get("idtVectoring") >>> 0,
      vectoringError: guest.get("idtVectoringErrorCode") >>> 0,
      exception: this.#exception,
      nmi: false,
      nmiBlocked: false,
      interrupt,
      interruptible: (guest.get("guestRflags") & RFLAGS_IF) !== 0 && (blocking & 3) === 0,
    };
    const { information, error, window } = this.#component.inject(waiting);
    this.#apply({ information, error, window }, interrupt);
    this.#exception = null;
  }

  #apply({ information, error, window }: Injection, interrupt: number | null): void {
    const guest = this.#guest;
    guest.set("entryInterruption", information | 0);
    guest.set("entryErrorCode", error);
    guest.set("entryInstructionLength", 1);
    const primary = guest.get("primaryControls");
    const on = CPU.interruptWindow & this.#primary.may;
    guest.set("primaryControls", window ? primary | on : primary & ~on);
    if (information !== 0)
      this.events.push(`inject ${(information >>> 0).toString(16)}${error ? `(${error.toString(16)})` : ""}`);
    if (information >>> 31 === 1 && ((information >> 8) & 7) === 0 && (information & 0xff) === interrupt)
      this.#interrupts.shift();
  }

  #end(why: string): Verdict {
    this.#result = why;
    this.events.push(why);
    return { stop: why };
  }
}

/** "io in port 60, 1 byte, on by 2". */
export function show(action: Action): string {
  const on = `on by ${action.advance}`;
  switch (action.kind) {
    case "io":
      return `${action.string ? "string " : ""}${action.direction} port ${action.port.toString(16)}h, ${action.size} bytes, ${on}`;
    case "control":
      return `${action.access} of CR${action.register}, operand ${action.operand.toString(16)}h, ${on}`;
    case "exception":
      return `exception ${action.vector}${action.error === null ? "" : `(${action.error.toString(16)})`}, ${on}`;
    default:
      return `${action.kind}, ${on}`;
  }
}
