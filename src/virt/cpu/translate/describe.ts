/** A fetched instruction as plain data, for a policy. */
import { format } from "../../../machine/isa/format.ts";
import type { Instruction } from "../../../machine/isa/instruction.ts";
import type { Context, Treatment } from "./classify.ts";
import type { Fetched } from "./fetched.ts";
import type { GuestInstruction, InstructionKind, Outcome } from "./policy.ts";

const KINDS: Partial<Record<Treatment, InstructionKind>> = {
  jump: "jump",
  branch: "branch",
  loop: "branch",
  call: "call",
  indirectJump: "indirect jump",
  indirectCall: "indirect call",
  return: "return",
};
const RELATIVE: ReadonlySet<InstructionKind> = new Set(["jump", "branch", "call"]);
/** What has a sequence of its own in another form than those that are left to the monitor. */
const HAVE_SEQUENCES = new Set(["cli", "sti", "pushf", "popf", "push", "mov"]);

export function describe(
  { instruction, treatment, bytes, ip, next }: Fetched,
  { cpl, limit }: Context,
): GuestInstruction {
  const { row } = instruction;
  const address = ip >>> 0;
  const outcome = outcomeOf(instruction);
  const given = KINDS[treatment] ?? otherKind(treatment, row.mnemonic, outcome, cpl);
  const isRelative = RELATIVE.has(given);
  // A target past CS's limit is a fault of the branch.
  const kind = isRelative && (next + instruction.imm) >>> 0 > limit ? "monitor" : given;
  return {
    ...{ address, length: instruction.length, bytes },
    get text() {
      return format(instruction, { address });
    },
    ...{ mnemonic: row.mnemonic, kind, outcome, displacement: isRelative ? instruction.imm : 0 },
  };
}

function outcomeOf({ row }: Instruction): Outcome {
  if (row.cpl0 === true || row.iopl === "iopl" || row.iopl === "io") return "traps";
  return row.sensitive === undefined ? "same" : "differs";
}

function otherKind(treatment: Treatment, mnemonic: string, outcome: Outcome, cpl: number): InstructionKind {
  if (treatment !== "callout" && treatment !== "shadowCallout") return "other";
  if (mnemonic === "sti" && cpl === 0) return "other";
  return outcome === "same" || HAVE_SEQUENCES.has(mnemonic) ? "monitor" : "other";
}
