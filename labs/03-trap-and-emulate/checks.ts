/** The public checks of lab 03: cases that can be worked by hand, each made for one clause. */
import { type Check, checker, check as define, defineChecks } from "../../src/course/index.ts";
import { attempts, IN_RING_3 } from "../../src/guests/small-kernel.ts";
import { emulationOf, injectionOf, instructionOf, trapOf } from "./cases.ts";
import type { TrapComponent } from "./component.ts";
import { LAB } from "./contract.ts";
import { diskOf, endOfDisk } from "./disk.ts";
import { onBareMachine } from "./machines.ts";
import { type Emulating, type Injecting, SCENARIOS, type Trapping } from "./scenarios.ts";

type LabCheck = Check<TrapComponent>;

const decides = (clause: string, name: string, input: Trapping, expected: string): LabCheck =>
  define({ part: "dispatch", clause, name, scenario: SCENARIOS.decide, input, expected });

const does = (clause: string, name: string, input: Emulating, expected: readonly string[]): LabCheck =>
  define({ part: "emulate", clause, name, scenario: SCENARIOS.carryOut, input, expected: [...expected] });

const injects = (clause: string, name: string, input: Injecting, expected: readonly string[]): LabCheck =>
  define({ part: "inject", clause, name, scenario: SCENARIOS.deliver, input, expected: [...expected] });

/** Ends as on the bare machine, which is asked now. */
const runs = (name: string, body: string): LabCheck =>
  define({
    ...{ part: "guests", clause: "C16", name, scenario: SCENARIOS.runs, input: { body } },
    expected: onBareMachine({ body }),
  });

const CLI = instructionOf("cli", 1);
const LOAD = instructionOf("mov eax, [ebx]", 2, { sensitive: false });
const GP0 = ["faults: #GP (error code 0h)"];

/** Notes EFLAGS at 3000h + 4n. */
export const note = (n: number) => `pushfd\n pop dword [${0x3000 + 4 * n}]`;

const NULL_CALL = { workload: "null-call", parameters: { iterations: 3 }, timerHz: 100 };

export const CHECKS = defineChecks<TrapComponent>(LAB, [
  decides("C1", "the host's clock ticks", trapOf({ kind: "interrupt", vector: 32, error: null }), "resume"),
  decides(
    "C1",
    "a page that the monitor had not filled in",
    trapOf({ vector: 14, error: 2, cause: "monitor", instruction: LOAD }),
    "resume",
  ),
  decides(
    "C2",
    "a segment that the monitor had cut short",
    trapOf({ cause: "monitor", instruction: LOAD }),
    "emulate",
  ),
  decides(
    "C2",
    "a device where memory would be",
    trapOf({ vector: 14, error: 2, cause: "device", instruction: LOAD }),
    "emulate",
  ),
  decides("C3", "a kernel's CLI", trapOf({ instruction: CLI }), "emulate"),
  decides("C3", "a program's CLI: it may have IOPL 3", trapOf({ instruction: CLI }, { cpl: 3 }), "emulate"),
  decides(
    "C3",
    "a load of SS in the moved ring",
    trapOf({ error: 0x10, instruction: instructionOf("mov ss, ax", 2) }),
    "emulate",
  ),
  decides(
    "C3",
    "a segment that is not there",
    trapOf({ vector: 11, error: 0x30, instruction: instructionOf("mov fs, ax", 2) }),
    "emulate",
  ),
  decides(
    "C4",
    "a program's page fault",
    trapOf({ vector: 14, error: 6, instruction: LOAD }, { cpl: 3 }),
    "reflect #PF (error code 6h)",
  ),
  decides(
    "C4",
    "a program that reads past its segment",
    trapOf({ instruction: LOAD }, { cpl: 3 }),
    "reflect #GP (error code 0h)",
  ),
  decides(
    "C4",
    "a division by zero",
    trapOf({ vector: 0, error: null, instruction: instructionOf("div ecx", 2, { sensitive: false }) }),
    "reflect #DE",
  ),
  decides(
    "C5",
    "a system call",
    trapOf({ kind: "software", vector: 0x80, error: null, gateRing: 3 }, { cpl: 3 }),
    "reflect vector 80h",
  ),
  decides(
    "C5",
    "a program that calls a gate of its kernel's",
    trapOf({ kind: "software", vector: 0x0e, error: null, gateRing: 0 }, { cpl: 3 }),
    "reflect #GP (error code 72h)",
  ),

  does("C7", "CLI", emulationOf("cli", 1, { eflags: 0x246 }), ["eip C0100201h", "eflags 46h"]),
  does("C7", "STI, after which one instruction is safe", emulationOf("sti", 1, { eflags: 0x46 }), [
    "eip C0100201h",
    "eflags 246h",
    "shadow",
  ]),
  does("C7", "STI where IF is set already", emulationOf("sti", 1, { eflags: 0x246 }), [
    "eip C0100201h",
    "eflags 246h",
  ]),
  does("C8", "a program's CLI", emulationOf("cli", 1, { cpl: 3 }), GP0),
  does("C8", "a program's HLT", emulationOf("hlt", 1, { cpl: 3, eflags: 0x3202 }), GP0),
  does("C9", "HLT", emulationOf("hlt", 1), ["eip C0100201h", "halts"]),
  does("C9", "MOV from CR0", emulationOf("mov eax, cr0", 3), ["eip C0100203h", "eax 80010011h"]),
  does("C6", "MOV to CR3", emulationOf("mov cr3, eax", 3), ["eip C0100203h", "cr3 1000h"]),
  does("C10", "PUSHFD with interrupts off", emulationOf("pushfd", 1, { eflags: 0x10086 }), [
    "eip C0100201h",
    "push 86h",
  ]),
  does("C11", "POPFD in the kernel", emulationOf("popfd", 1, { eflags: 0x46, stack: [0x3203] }), [
    "eip C0100201h",
    "eflags 3203h",
    "esp C0007F04h",
  ]),
  does("C11", "POPFD in a program", emulationOf("popfd", 1, { cpl: 3, eflags: 0x202, stack: [0x3041] }), [
    "eip 400101h",
    "eflags 243h",
    "esp FFFFF04h",
  ]),
  does("C12", "MOV from CS", emulationOf("mov ecx, cs", 2), ["eip C0100202h", "ecx 8h"]),
  does("C12", "what is not told", emulationOf("iretd", 1), ["null"]),

  injects("C13", "a page fault in the kernel", injectionOf({ vector: 14, error: 2 }, { eflags: 0x10286 }), [
    "frame 2h C0100200h 8h 10286h",
    "SS:ESP 10h:C0007EF0h",
    "CS:EIP 8h:C0104000h",
    "EFLAGS 86h",
  ]),
  injects(
    "C14",
    "a system call from a program",
    injectionOf({ vector: 0x80, error: null }, { cpl: 3, eflags: 0x246 }, { type: "trap" }),
    ["frame 400100h 1Bh 246h FFFFF00h 23h", "SS:ESP 10h:C0007FECh", "CS:EIP 8h:C0104000h", "EFLAGS 246h"],
  ),
  injects(
    "C15",
    "an interrupt of a kernel that steps through itself",
    injectionOf({ vector: 0x20, error: null }, { eflags: 0x4342 }),
    ["frame C0100200h 8h 4342h", "SS:ESP 10h:C0007EF4h", "CS:EIP 8h:C0104000h", "EFLAGS 42h"],
  ),

  injects(
    "C15",
    "a trap gate leaves interrupts as they are",
    injectionOf({ vector: 3, error: null }, { eflags: 0x247 }, { type: "trap" }),
    ["frame C0100200h 8h 247h", "SS:ESP 10h:C0007EF4h", "CS:EIP 8h:C0104000h", "EFLAGS 247h"],
  ),

  runs(
    "a kernel turns its interrupts off and on, and looks",
    `${note(0)}\n sti\n nop\n ${note(1)}\n cli\n ${note(2)}`,
  ),
  runs(
    "a kernel saves its flags and restores them",
    `sti\n nop\n pushfd\n cli\n ${note(0)}\n popfd\n ${note(1)}`,
  ),
  runs(
    "a kernel looks at itself",
    "mov eax, cs\n mov [0x3000], eax\n mov eax, cr0\n mov [0x3004], eax\n clts\n mov eax, cr3\n mov cr3, eax\n mov [0x3008], eax",
  ),
  runs(
    "a program tries what is the kernel's",
    IN_RING_3 + attempts("cli", "mov eax, cr0", "hlt", "int 14", "mov eax, [0x500000]"),
  ),
  runs("faults in a kernel", attempts("ud2", "xor ecx, ecx\n div ecx", "mov eax, [0x500000]", "int3")),
  define({
    ...{
      part: "guests",
      clause: "C16",
      name: "the kernel of the other labs boots and serves a program",
      scenario: SCENARIOS.boots,
    },
    input: diskOf(NULL_CALL),
    expected: endOfDisk(NULL_CALL),
  }),
]);

/** Runs the public checks of one step in the notebook and shows them as a table. */
export const check = checker(LAB, CHECKS);
