/** An instruction of the program with what is known of it before and between passes. */
import { encode } from "./encode.ts";
import { evaluate, type Scope } from "./evaluate.ts";
import { contains, type Expression } from "./expression.ts";
import { type Choice, choices } from "./match.ts";
import { normalize } from "./normalize.ts";
import type { AsmInstruction } from "./statement.ts";

/** An expression that enters the encoding, and whether as a distance from the instruction. */
interface Input {
  value: Expression;
  relative: boolean;
}

export class PreparedInstruction {
  readonly #instruction: AsmInstruction;
  readonly #choices: readonly Choice[];
  readonly #inputs: readonly Input[];
  /** What is doubtful about it, though it can be encoded. */
  readonly warning: string | undefined;
  #key = "";
  #bytes: readonly number[] | undefined;
  #long = false;

  /** Throws a LineError when no row of the table fits, whatever the addresses. */
  constructor(written: AsmInstruction) {
    this.#instruction = normalize(written);
    this.#choices = this.#instruction.mnemonic === "" ? [] : choices(this.#instruction);
    this.#inputs = inputs(this.#instruction);
    this.warning = warning(this.#instruction, this.#choices);
  }

  /** No address enters it: the same bytes anywhere. */
  get isFixed(): boolean {
    return this.#inputs.length === 0;
  }

  /** With the symbols' present values; encoded anew only when one of them changed. `keepLong`: what was long is not made short again. */
  bytes(scope: Scope, keepLong: boolean): readonly number[] {
    const key = this.#inputs.map((input) => keyOf(input, scope)).join();
    if (this.#bytes && key === this.#key) return this.#bytes;
    let bytes = encode(this.#instruction, this.#choices, scope, this.#long);
    if (keepLong && this.#bytes && bytes.length < this.#bytes.length && !this.#long) {
      this.#long = true;
      bytes = encode(this.#instruction, this.#choices, scope, true);
    }
    this.#key = key;
    this.#bytes = bytes;
    return bytes;
  }
}

function warning(
  { prefixes, operands, mnemonic }: AsmInstruction,
  found: readonly Choice[],
): string | undefined {
  if (!prefixes.includes("lock") || found.length === 0) return undefined;
  const isLockable =
    operands[0]?.kind === "memory" || (mnemonic === "xchg" && operands[1]?.kind === "memory");
  if (isLockable && found.some(({ template }) => template.row.lock)) return undefined;
  return `the processor answers lock ${mnemonic} ${isLockable ? "" : "without a destination in memory "}with #UD`;
}

function keyOf({ value, relative }: Input, scope: Scope): string {
  const { n, unknown, labels } = evaluate(value, scope);
  if (unknown !== 0) return "?";
  if (relative && labels === 1) return `@${n - scope.here}`;
  return relative ? `${n} from ${scope.here}` : `${n}/${labels}`;
}

function inputs({ operands, relative, mnemonic }: AsmInstruction): Input[] {
  const isBranch = /^(j|call|loop)/.test(mnemonic);
  const all = operands.flatMap((operand): Input[] => {
    switch (operand.kind) {
      case "immediate":
        return [{ value: operand.value, relative: isBranch }];
      case "memory":
        return [{ value: operand.address, relative: operand.relative ?? relative }];
      case "far":
        return [operand.selector, operand.offset].map((value) => ({ value, relative: false }));
      default:
        return [];
    }
  });
  return all.filter((input) => input.relative || contains(input.value, "here", "start", "symbol"));
}
