/**
 * A call site with the code around it, run on the machine: what is patched must do what the call through the table did.
 *
 *     call site:   mov …, call [slot], (next)   hlt          jump site:  mov …, call here, (next)   hlt       here: jmp [slot]
 */
import { assemble } from "../../src/machine/isa/index.ts";
import { load } from "../../src/machine/load/boot.ts";
import { Machine } from "../../src/machine/machine.ts";
import type { Site, Target } from "./component.ts";
import { SITE } from "./contract.ts";

/** Plain data: a site and what it is to do. `code` is assembly of the operation, without its final RET. */
export interface Case {
  readonly kind: Site["kind"];
  /** Where the operation's code is; the site is at 2000h. */
  readonly at: number;
  readonly code: string;
  readonly movable: boolean;
}

export const SITE_AT = 0x2000;
const START = 0x1000;
const SLOT = 0x1800;
const STACK = 0x9000;
const PATIENCE = 200;
const MEMORY = 1 << 20;

export function targetOf({ code, at, movable }: Case): Target {
  return { address: at, movable, body: [...assemble(`bits 32\norg ${at}\n${code}`).bytes] };
}

export const siteOf = ({ kind }: Case): Site => ({ address: SITE_AT, kind });

/** The site as the compiler made it. */
export const throughTable = ({ kind }: Case): number[] => [
  ...[0xff, kind === "call" ? 0x15 : 0x25],
  ...[SLOT & 0xff, SLOT >> 8, 0, 0],
];

export interface Ran {
  /** Where it came to, and with which registers. */
  readonly ends: string;
  /** Instructions that were executed. */
  readonly instructions: number;
}

/** Runs a machine with `bytes` in the site. */
export function run(input: Case, bytes: readonly number[]): Ran {
  const { kind, code, at } = input;
  if (bytes.length !== SITE)
    return { ends: `${bytes.length} bytes do not fit into a site of ${SITE}`, instructions: 0 };
  const machine = new Machine({ memory: MEMORY, firmware: false });
  // Before the site a MOV, behind it a HLT: what runs over the end does not go unseen.
  const around =
    kind === "call"
      ? `jmp site\n times ${SITE_AT - START} - ($ - $$) nop\nsite: db ${bytes.join(", ")}\nhlt`
      : `call site\nhlt\n times ${SITE_AT - START} - ($ - $$) nop\nsite: db ${bytes.join(", ")}\nmov ebx, 0xbad\nhlt`;
  const text = `bits 32\norg ${START}\nmov esp, ${STACK}\nmov eax, 0x1234\nmov edx, 0x56\nxor ecx, ecx\n${around}`;
  load(machine, assemble(text).bytes, { kind: "flat", origin: START, mode: "protected" });
  const operation = assemble(`bits 32\norg ${at}\n${code}\nret`).bytes;
  machine.bus.ram.set(operation, at);
  machine.bus.view.setUint32(SLOT, at, true);
  const { cpu } = machine;
  const stop = machine.run({ limit: PATIENCE });
  const registers = ["eax", "ecx", "edx", "ebx"].map(
    (name, n) => `${name}=${((cpu.r32[2 * n] as number) >>> 0).toString(16)}`,
  );
  const flags = `IF=${(cpu.flags.value >> 9) & 1} CF=${cpu.flags.value & 1} ZF=${(cpu.flags.value >> 6) & 1}`;
  const where = stop.reason === "halt" ? `halts at ${(cpu.ip >>> 0).toString(16)}h` : stop.reason;
  return {
    ends: `${where}, ${registers.join(" ")}, ${flags}, stack ${(cpu.r32[8] as number).toString(16)}h`,
    instructions: cpu.retired,
  };
}
