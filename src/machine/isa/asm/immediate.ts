/** What follows the displacement: immediates, branch displacements, far pointers, moffs. */
import { fits, isInt32, little, tooLarge } from "./bytes.ts";
import { LineError } from "./error.ts";
import { evaluate, type Scope, type Value } from "./evaluate.ts";
import { type Choice, widthOf } from "./match.ts";
import type { AsmInstruction, AsmOperand, ImmediateOperand } from "./statement.ts";

/** Of one choice, with the values that symbols have now. */
export class Immediates {
  readonly #instruction: AsmInstruction;
  readonly #choice: Choice;
  readonly #scope: Scope;
  readonly #long: boolean;
  /** Operand and address size in bytes. */
  readonly #size: number;
  readonly #addressSize: number;

  constructor(
    instruction: AsmInstruction,
    choice: Choice,
    scope: Scope,
    long: boolean,
    size: number,
    addressSize: number,
  ) {
    this.#instruction = instruction;
    this.#choice = choice;
    this.#scope = scope;
    this.#long = long;
    this.#size = size;
    this.#addressSize = addressSize;
  }

  /** "other" when the choice is not for these values, a LineError when they are out of its range. */
  append(out: number[]): LineError | "other" | undefined {
    for (const [i, spec] of this.#choice.template.operands.entries()) {
      const operand = this.#instruction.operands[i];
      if (!operand) continue;
      const bad =
        spec.place === "J"
          ? this.#branch(operand as ImmediateOperand, spec.size, out)
          : spec.place === "I" || spec.size === "1"
            ? this.#immediate(operand as ImmediateOperand, spec.size, spec.signed, out)
            : this.#pointer(operand, spec.place, out);
      if (bad) return bad;
    }
    return undefined;
  }

  #pointer(operand: AsmOperand, place: string, out: number[]): LineError | undefined {
    if (place === "O" && operand.kind === "memory") {
      const { n } = evaluate(operand.address, this.#scope);
      const bytes = this.#addressSize;
      if (!fits(n, bytes))
        return new LineError(`the address does not fit in ${bytes * 8} bits`, operand.column);
      out.push(...little(n, bytes));
    }
    if (place === "A" && operand.kind === "far") {
      const offset = evaluate(operand.offset, this.#scope).n;
      const selector = evaluate(operand.selector, this.#scope).n;
      if (!fits(offset, this.#size)) return tooLarge(offset, this.#size, operand.column);
      if (!fits(selector, 2)) return tooLarge(selector, 2, operand.column);
      out.push(...little(offset, this.#size), ...little(selector, 2));
    }
    return undefined;
  }

  #immediate(
    operand: ImmediateOperand,
    letter: string,
    signed: boolean,
    out: number[],
  ): LineError | "other" | undefined {
    const value = evaluate(operand.value, this.#scope);
    const { n, unknown, labels } = value;
    const known = unknown === 0;
    const size = this.#size;
    if (letter === "1")
      return operand.size === 0 && (!known || (labels === 0 && n === 1n)) ? undefined : "other";
    if (signed) return this.#signedByte(operand, value, out);
    const width = letter === "v" ? size : widthOf(letter, size);
    const isMove = this.#choice.template.row.opcode === "C7 /0";
    // The address of a label is not promised to fit in 32 bits.
    if (isMove && size === 8 && operand.size === 0 && known && (labels !== 0 || !isInt32(n))) return "other";
    const extended = letter === "z" && size === 8;
    if (known && !(extended ? isInt32(n) : fits(n, width)))
      return tooLarge(n, width, operand.column, extended);
    out.push(...little(n, width));
    return undefined;
  }

  /** A byte that stands for the whole operand. */
  #signedByte(
    operand: ImmediateOperand,
    { n, unknown, labels }: Value,
    out: number[],
  ): LineError | "other" | undefined {
    const size = this.#size;
    const ordered = operand.size === 1;
    if (this.#long && !ordered) return "other";
    const value = BigInt.asIntN(8 * size, n);
    // Until a symbol has a value it is taken to be small: lengths begin short and grow.
    if (unknown === 0) {
      if (labels !== 0 && !ordered) return "other";
      if (!fits(n, size) || value < -128n || value > 127n)
        return ordered ? tooLarge(n, 1, operand.column, true) : "other";
    }
    out.push(...little(value, 1));
    return undefined;
  }

  #branch(operand: ImmediateOperand, letter: string, out: number[]): LineError | "other" | undefined {
    const { row } = this.#choice.template;
    const target = evaluate(operand.value, this.#scope);
    // Of JMP and Jcc there is a longer form, and only what is known to be near can be short.
    const isFree = /^j(?!cxz)/.test(row.mnemonic) && operand.distance === undefined;
    const bytes = letter === "b" ? 1 : this.#size === 2 ? 2 : 4;
    if (letter === "b" && isFree && (this.#long || (target.unknown === 0 && target.labels !== 1)))
      return "other";
    const exact = target.n - this.#scope.here - BigInt(out.length + bytes);
    const distance = target.unknown === 0 ? BigInt.asIntN(this.#size * 8, exact) : 0n;
    if (letter === "b" && (distance < -128n || distance > 127n))
      return isFree
        ? "other"
        : new LineError(
            `${row.mnemonic} reaches from -128 to 127 bytes; the target is ${distance} bytes away`,
            operand.column,
          );
    if (bytes === 4 && !isInt32(distance))
      return new LineError("the target is further than 2 GiB away", operand.column);
    out.push(...little(distance, bytes));
    return undefined;
  }
}
