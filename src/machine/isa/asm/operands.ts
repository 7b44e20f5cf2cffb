/** Operands of an instruction, in nasm's notation. */
import { LineError } from "./error.ts";
import { type ExpressionParser, hasRegister } from "./expression.ts";
import { findRegister, type NamedRegister } from "./register.ts";
import type { AsmOperand, MemoryOperand } from "./statement.ts";

export const SIZE_KEYWORDS: Record<string, number> = {
  byte: 1,
  word: 2,
  dword: 4,
  qword: 8,
  tword: 10,
  oword: 16,
};
const DISTANCES = ["short", "near", "far"] as const;

interface Keywords {
  size: number;
  strict: boolean;
  distance: (typeof DISTANCES)[number] | undefined;
}

export function parseOperands(line: ExpressionParser): AsmOperand[] {
  const operands: AsmOperand[] = [];
  if (!line.peek) return operands;
  do operands.push(parseOperand(line));
  while (line.accept(","));
  return operands;
}

function sizeKeyword(line: ExpressionParser): number {
  const text = line.peek?.kind === "name" ? line.peek.text.toLowerCase() : "";
  if (!Object.hasOwn(SIZE_KEYWORDS, text)) return 0;
  line.at++;
  if (/^ptr$/i.test(line.peek?.text ?? ""))
    throw new LineError(`there is no "ptr" in this syntax: write ${text} [address]`, line.column);
  return SIZE_KEYWORDS[text]!;
}

function keywords(line: ExpressionParser): Keywords {
  const found: Keywords = { size: 0, strict: false, distance: undefined };
  for (;;) {
    const size = sizeKeyword(line);
    const distance = DISTANCES.find((word) => line.accept(word));
    const strict = line.accept("strict");
    if (size) found.size = size;
    if (distance) found.distance = distance;
    if (strict) found.strict = true;
    if (!size && !distance && !strict) return found;
  }
}

function parseOperand(line: ExpressionParser): AsmOperand {
  const { column } = line;
  const { size, strict, distance } = keywords(line);
  if (line.accept("[")) {
    if (distance === "short") throw new LineError("a jump through memory is never short", column);
    return { kind: "memory", column, size, distance, ...memory(line) };
  }
  const value = line.parse();
  if (value.kind === "register") {
    if (line.accept(":"))
      throw new LineError(
        `a segment override stands inside the brackets: [${value.register.name}:address]`,
        column,
      );
    return { kind: "register", column, size, register: value.register };
  }
  if (hasRegister(value))
    throw new LineError("arithmetic on registers needs brackets around it: [ebx+4]", column);
  if (line.accept(":")) {
    const offset = line.parse();
    if (hasRegister(offset)) throw new LineError("a far pointer is two numbers: selector:offset", column);
    return { kind: "far", column, size, selector: value, offset };
  }
  return { kind: "immediate", column, size, value, strict, distance };
}

/** What stands in the brackets: [word es:bx+si+4], [rel table]. */
function memory(
  line: ExpressionParser,
): Pick<MemoryOperand, "segment" | "inner" | "relative" | "nosplit" | "address"> {
  let segment: NamedRegister | undefined;
  let inner = 0;
  let relative: boolean | undefined;
  let nosplit = false;
  for (;;) {
    const size = sizeKeyword(line);
    const override = line.tokens[line.at + 1]?.text === ":" ? findRegister(line.peek?.text ?? "") : undefined;
    if (override && override.kind !== "segment")
      throw new LineError(`${override.name} is no segment register`, line.column);
    if (size) inner = size;
    else if (override) {
      segment = override;
      line.at += 2;
    } else if (line.accept("rel")) relative = true;
    else if (line.accept("abs")) relative = false;
    else if (line.accept("nosplit")) nosplit = true;
    else break;
  }
  const address = line.parse();
  line.expect("]", "the address is open");
  return { segment, inner, relative, nosplit, address };
}
