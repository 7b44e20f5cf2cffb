/**
 * What becomes of an instruction of guest kernel code (Adams & Agesen 2006, section 3.1): most are innocuous and stay as they are;
 * a few are common enough to be replaced by a sequence of their own; the monitor executes the rest.
 */
import { CS, GS, type Instruction, SS } from "../../../machine/isa/instruction.ts";
import { TOO_LONG, UNDEFINED } from "../../../machine/isa/table/index.ts";

export type Treatment =
  | "identical"
  | "jump"
  | "branch"
  | "loop"
  | "call"
  | "indirectJump"
  | "indirectCall"
  | "return"
  | "cli"
  | "sti"
  | "pushf"
  | "popf"
  | "pushSelector"
  | "moveSelector"
  | "callout"
  | "shadowCallout";

/** What the code runs under and its translation depends on. */
export interface Context {
  /** CS's base. */
  readonly base: number;
  /** CS's limit: the last offset that is code. */
  readonly limit: number;
  /** The ring that the guest believes to be in: 0, 1 or 2. */
  readonly cpl: number;
  /** SS has 32-bit offsets. */
  readonly stack32: boolean;
}

/** Sequences that do what the instruction does in ring 0 and with a 32-bit stack only. */
const RING0_STACK: Readonly<Record<string, Treatment>> = { pushf: "pushf", popf: "popf" };
const LOOPS = new Set(["loop", "loope", "loopne", "jcxz"]);
const CONDITIONAL = /^j(?!mp|cxz)/;
/** Not sensitive, but of no use in the cache: #UD comes from the guest's own place. */
const NEVER = new Set(["ud0", "ud1", "ud2"]);
/** Memory that is addressed without ModR/M: strings' source, moffs, XLAT. */
const IMPLIED = /^[XO]/;
const SELECTOR = /^[CDEFGS]S$/;

export function classify(instruction: Instruction, context: Context): Treatment {
  const { row, size } = instruction;
  if (row === UNDEFINED || row === TOO_LONG || NEVER.has(row.mnemonic) || touchesMonitor(instruction))
    return "callout";
  const wide = size === 4;
  const first = row.operands[0] ?? "";
  switch (row.mnemonic) {
    case "jmp":
      if (!wide) return "callout";
      return first === "Ev" ? "indirectJump" : "jump";
    case "call":
      if (!wide) return "callout";
      return first === "Ev" ? "indirectCall" : "call";
    case "ret":
      return wide && context.stack32 ? "return" : "callout";
    case "push":
      return SELECTOR.test(first) ? "pushSelector" : "identical";
    case "pop":
      if (!SELECTOR.test(first)) return "identical";
      return first === "SS" ? "shadowCallout" : "callout";
    case "mov":
      if (row.operands[1] === "Sw" && instruction.rm >= 0) return "moveSelector";
      if (first === "Sw" && instruction.reg === SS) return "shadowCallout";
      break;
    case "sti":
      return context.cpl === 0 ? "sti" : "shadowCallout";
  }
  if (CONDITIONAL.test(row.mnemonic)) return wide ? "branch" : "callout";
  if (LOOPS.has(row.mnemonic)) return wide ? "loop" : "callout";
  if (context.cpl === 0) {
    if (row.mnemonic === "cli") return "cli";
    const own = context.stack32 && wide ? RING0_STACK[row.mnemonic] : undefined;
    if (own !== undefined) return own;
  }
  const sensitive = row.sensitive !== undefined || row.cpl0 === true || row.iopl !== undefined;
  return sensitive ? "callout" : "identical";
}

/** An operand in CS would be read from the cache, one in GS from the monitor's data. */
function touchesMonitor({ seg, modrm, rm, row }: Instruction): boolean {
  if (seg !== CS && seg !== GS) return false;
  return (
    (modrm >= 0 && rm < 0) ||
    row.mnemonic === "xlatb" ||
    row.operands.some((operand) => IMPLIED.test(operand))
  );
}

/** Operands that are only read although they come first. */
const READS = new Set("cmp test bt call jmp mul div idiv".split(" "));
/** What writes memory by its nature: the stack, or the strings' destination. */
const WRITES = /^(push|pusha|pushf|call|enter|movs|stos|ins|maskmov)/;

/** Whether an instruction may write memory: it may then change the code that follows. */
export function mayWrite({ row, modrm, rm }: Instruction): boolean {
  if (WRITES.test(row.mnemonic) || row.operands[0]?.startsWith("O") === true) return true;
  return modrm >= 0 && rm < 0 && !READS.has(row.mnemonic) && /^[EMWQ]/.test(row.operands[0] ?? "M");
}
