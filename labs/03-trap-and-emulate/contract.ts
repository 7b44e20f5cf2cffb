/** The contract of lab 03: component, clauses, parts. */
import { z } from "zod";
import { defineLab, type Lab } from "../../src/course/index.ts";
import type { TrapComponent } from "./component.ts";

const word = z.number().int().min(0).max(0xffff_ffff);
const selector = z.number().int().min(0).max(0xffff);
const vector = z.number().int().min(0).max(255);
const error = z.union([selector, z.null()]);
const registers = z.strictObject({
  eax: word.optional(),
  ecx: word.optional(),
  edx: word.optional(),
  ebx: word.optional(),
  esp: word.optional(),
  ebp: word.optional(),
  esi: word.optional(),
  edi: word.optional(),
});

const decision = z.union([
  z.strictObject({ do: z.literal("emulate") }),
  z.strictObject({ do: z.literal("reflect"), vector, error }),
  z.strictObject({ do: z.literal("resume") }),
]);

const effects = z.union([
  z.strictObject({
    eip: word,
    registers: registers.optional(),
    eflags: word.optional(),
    push: word.optional(),
    cr0: word.optional(),
    cr2: word.optional(),
    cr3: word.optional(),
    halt: z.boolean().optional(),
    shadow: z.boolean().optional(),
  }),
  z.strictObject({ fault: z.strictObject({ vector, error }) }),
  z.null(),
]);

const delivery = z.strictObject({
  frame: z.array(word).max(6),
  esp: word,
  ss: selector,
  cs: selector,
  eip: word,
  eflags: word,
});

const GUEST = {
  name: "guest",
  type: "VirtualCpu",
  doc: "the virtual processor: `cpl` (0 or 3), `eip`, `eflags`, `registers`, `selectors`, `cr0`, `cr2`, `cr3`, `cr4`, and `stack`, the dwords from ESP upwards",
} as const;

export const LAB: Lab<TrapComponent> = defineLab<TrapComponent>({
  id: "03-trap-and-emulate",
  title: "What does a trap cost?",
  component: {
    onTrap: {
      doc: "The dispatcher. The processor was in the guest, and now it is here: what is to be done?",
      parameters: [
        {
          name: "trap",
          type: "Trap",
          doc: 'what happened: `kind` ("fault", "software" for INT n, "interrupt"), `vector`, `error`, `cause` ("guest", "monitor", "device"), `gateRing` for INT n, `instruction`',
        },
        GUEST,
      ],
      returns: {
        type: '{ do: "emulate" } | { do: "reflect", vector, error } | { do: "resume" }',
        doc: "let `emulate` do it, let the guest's own handler have it, or go on",
        schema: decision,
      },
    },
    emulate: {
      doc: "An interpreter routine: what one instruction does to the virtual processor.",
      parameters: [
        {
          name: "instruction",
          type: "Trapped",
          doc: 'as the disassembler reads it: `text` ("mov cr3, eax"), `mnemonic` ("mov"), `operands` (["cr3", "eax"]), `length`, `size` of the operands in bytes',
        },
        GUEST,
      ],
      returns: {
        type: "{ eip, registers?, eflags?, push?, cr0?, cr2?, cr3?, halt?, shadow? } | { fault: { vector, error } } | null",
        doc: "what changes; or the fault that it meets; or null, and the machine's own emulator does it",
        schema: effects,
      },
    },
    inject: {
      doc: "What the processor would have done for an exception or an interrupt: the frame, and where to go on.",
      parameters: [
        { name: "event", type: "Event", doc: "`vector` and `error`; null where no error code is pushed" },
        GUEST,
        {
          name: "gate",
          type: "Gate",
          doc: 'the guest\'s gate: `type` ("interrupt" or "trap"), `cs`, `eip`, and `ss0`, `esp0` from its TSS',
        },
      ],
      returns: {
        type: "{ frame: number[], esp, ss, cs, eip, eflags }",
        doc: "the virtual processor at the handler's first instruction; `frame` are the dwords from `esp` upwards",
        schema: delivery,
      },
    },
  },
  clauses: [
    {
      id: "C1",
      text: 'An interrupt is the host\'s, and a page fault (vector 14) with the cause "monitor" is a page that the monitor had not filled in yet: in both cases "resume".',
    },
    {
      id: "C2",
      text: 'Every other fault with the cause "monitor" is a segment that the monitor had cut short, and the cause "device" means that there is no memory there: "emulate".',
    },
    {
      id: "C3",
      text: 'Where the cause is "guest", a sensitive instruction that met #UD, #TS, #NP, #SS or #GP (vectors 6, 10, 11, 12, 13) is emulated, in whatever ring the guest believes to be.',
    },
    {
      id: "C4",
      text: 'Every other fault with the cause "guest" is the guest\'s own affair: "reflect", with its vector and its error code.',
    },
    {
      id: "C5",
      text: "INT n needs a gate whose ring is not below CPL (`gateRing` ≥ `cpl`): then vector n is reflected, without an error code (null). Otherwise it is #GP with the error code 8 · n + 2.",
    },
    {
      id: "C6",
      text: "Effects name `eip`, the address of the next instruction, and what changes; what is not named stays.",
    },
    {
      id: "C7",
      text: "CLI and STI, where CPL is not above IOPL, write IF (bit 9) and no other flag. `shadow` is true when STI has set an IF that was clear: interrupts wait for one more instruction.",
    },
    {
      id: "C8",
      text: "Where CPL is above IOPL, CLI and STI fault; outside of ring 0 HLT, CLTS and MOV from and to control registers do. The fault is #GP with the error code 0.",
    },
    {
      id: "C9",
      text: "In ring 0 HLT halts; CLTS clears bit 3 of CR0; MOV reads CR0, CR2, CR3 and CR4, and writes CR2 and CR3.",
    },
    {
      id: "C10",
      text: "PUSHFD (`size` 4) pushes the guest's EFLAGS without RF and VM (bits 16 and 17).",
    },
    {
      id: "C11",
      text: "POPFD (`size` 4) takes the dword at `stack[0]`. It writes CF, PF, AF, ZF, SF, TF, DF, OF, NT, AC and ID; IF where CPL is not above IOPL; IOPL in ring 0. It clears RF, and leaves all else.",
    },
    {
      id: "C12",
      text: "MOV from a segment register to a 32-bit register gives the guest's own selector. All that C7 to C12 do not tell, a MOV to CR0 or CR4, an empty `stack` and 16-bit PUSHF and POPF too, is null.",
    },
    {
      id: "C13",
      text: "The frame is, from the lowest address up: the error code where there is one, EIP, CS, EFLAGS; and from ring 3 ESP and SS. Its values are the guest's before the event.",
    },
    {
      id: "C14",
      text: "From ring 3 the frame lies right below `esp0` of `ss0`, otherwise right below the guest's own stack pointer. `esp` is where it begins, `ss` its selector.",
    },
    {
      id: "C15",
      text: "The handler is at the gate's CS and EIP. TF, NT, RF and VM (bits 8, 14, 16, 17) are clear there, and IF (bit 9) where the gate is an interrupt gate.",
    },
    { id: "C16", text: "A guest under the component ends as it does on the bare machine." },
  ],
  parts: [
    { id: "dispatch", title: "Step 1, the dispatcher", points: 4 },
    { id: "emulate", title: "Step 2, the interpreter routines", points: 5 },
    { id: "inject", title: "Step 3, injection", points: 4 },
    { id: "guests", title: "Step 4, whole guests", points: 5 },
  ],
  limits: { seconds: 20, megabytes: 768 },
});
