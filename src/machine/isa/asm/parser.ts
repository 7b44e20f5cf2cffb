/** Lines of tokens to statements. Holds what one line means for the next: BITS, ORG, the label that .local ones belong to. */
import { LineError, type SourceLine } from "./error.ts";
import { evaluateConstant, type Value } from "./evaluate.ts";
import { type Expression, ExpressionParser, hasRegister } from "./expression.ts";
import type { Token } from "./lexer.ts";
import { isMnemonic, PREFIXES } from "./names.ts";
import { parseOperands } from "./operands.ts";
import type { Bits, Body, DataItem, Statement } from "./statement.ts";

const DATA: Record<string, number> = { db: 1, dw: 2, dd: 4, dq: 8 };
const RESERVE: Record<string, number> = { resb: 1, resw: 2, resd: 4, resq: 8 };
const DIRECTIVES = new Set(
  "bits use16 use32 use64 org align alignb times equ global extern section segment default cpu".split(" "),
);
const IGNORED = new Set(["global", "cpu"]);

export class Parser {
  bits: Bits = 16;
  origin = 0n;
  #relative = false;
  #scope = "";
  readonly #constants: (name: string) => Value | undefined;
  readonly #note: (source: SourceLine, text: string) => void;

  constructor(
    constants: (name: string) => Value | undefined,
    note: (source: SourceLine, text: string) => void,
  ) {
    this.#constants = constants;
    this.#note = note;
  }

  statement(source: SourceLine, tokens: Token[]): Statement | undefined {
    const line = new ExpressionParser(unbracketed(tokens), (name, column) => this.#fullName(name, column));
    const label = this.#label(line);
    const statement: Statement = { source, ...(label && { label }) };
    if (line.accept("times")) {
      statement.times = line.parse();
      line.accept(",");
    }
    const body = this.#body(line, source, label?.name);
    if (body) statement.body = body;
    if (line.peek) throw new LineError(`"${line.peek.text}" is too much here`, line.column);
    if (body?.kind === "equ") delete statement.label;
    return statement.body || statement.label ? statement : undefined;
  }

  #fullName(name: string, column: number): string {
    if (!name.startsWith(".") || name.startsWith("..")) return name;
    if (this.#scope === "")
      throw new LineError(`${name} belongs to the label before it, and there is none`, column);
    return this.#scope + name;
  }

  #label(line: ExpressionParser): { name: string; column: number } | undefined {
    const [first, second] = line.tokens;
    if (first?.kind !== "name") return undefined;
    const colon = second?.text === ":";
    if (!colon && isWord(first.text)) return undefined;
    if (!colon && second && !isWord(second.text)) throw unknownWord(first);
    line.at = colon ? 2 : 1;
    const written = first.text.startsWith("$") ? first.text.slice(1) : first.text;
    const name = this.#fullName(written, first.column);
    if (
      !written.startsWith(".") &&
      second?.text.toLowerCase() !== "equ" &&
      line.peek?.text.toLowerCase() !== "equ"
    )
      this.#scope = name;
    return { name, column: first.column };
  }

  #body(line: ExpressionParser, source: SourceLine, label: string | undefined): Body | undefined {
    const word = line.peek;
    if (!word) return undefined;
    const { column } = word;
    const name = word.text.toLowerCase();
    if (word.kind !== "name")
      throw new LineError(`a label, directive or instruction cannot begin with "${word.text}"`, column);
    if (name in DATA) {
      line.at++;
      return { kind: "data", size: DATA[name]!, items: dataItems(line, DATA[name]!), column };
    }
    if (name in RESERVE) {
      line.at++;
      return { kind: "reserve", size: RESERVE[name]!, count: line.parse(), column };
    }
    if (!DIRECTIVES.has(name)) return { kind: "instruction", instruction: this.#instruction(line) };
    line.at++;
    if (name === "equ") {
      if (label === undefined) throw new LineError("equ gives a name a value: COUNT equ 8", column);
      return { kind: "equ", name: label, value: line.parse(), column };
    }
    if (name === "align" || name === "alignb") return this.#align(line, name, source);
    this.#directive(name, line, source, column);
    return undefined;
  }

  #align(line: ExpressionParser, name: string, source: SourceLine): Body {
    const { column } = line;
    const boundary = line.parse();
    const fill: Body | undefined = line.accept(",") ? this.#body(line, source, undefined) : undefined;
    const zero: Body = { kind: "data", size: 1, items: [{ bytes: [0] }], column };
    const nop: Body = { kind: "data", size: 1, items: [{ bytes: [0x90] }], column };
    return { kind: "align", boundary, fill: fill ?? (name === "align" ? nop : zero), column };
  }

  #directive(name: string, line: ExpressionParser, source: SourceLine, column: number): void {
    const rest = line.tokens.slice(line.at);
    switch (name) {
      case "bits":
        this.bits = toBits(this.#number(line), column);
        return;
      case "use16":
      case "use32":
      case "use64":
        this.bits = toBits(BigInt(name.slice(3)), column);
        return;
      case "org":
        this.origin = this.#number(line);
        return;
      case "default":
        if (!/^(rel|abs)$/i.test(line.peek?.text ?? ""))
          throw new LineError("write default rel or default abs", line.column);
        this.#relative = line.accept("rel") || !line.accept("abs");
        return;
      case "section":
      case "segment":
        if (rest[0]?.text !== ".text")
          throw new LineError("the output is one flat piece: there is only the section .text", column);
        break;
      case "extern":
        throw new LineError(
          "the output is one flat program: there is nothing outside it to refer to",
          column,
        );
    }
    if (IGNORED.has(name)) this.#note(source, `${name} means nothing in a flat program and is ignored`);
    line.at = line.tokens.length;
  }

  #number(line: ExpressionParser): bigint {
    const { column } = line;
    return this.#constant(line.parse(), column);
  }

  #constant(expression: Expression, column: number): bigint {
    let known = true;
    const value = evaluateConstant(expression, (name) => {
      const found = this.#constants(name);
      if (!found) known = false;
      return found;
    });
    if (!value || !known)
      throw new LineError("a number that does not depend on addresses is wanted here", column);
    return value.n;
  }

  #instruction(line: ExpressionParser) {
    const { column } = line;
    const prefixes: string[] = [];
    for (
      let word = line.peek;
      word?.kind === "name" && PREFIXES.has(word.text.toLowerCase());
      word = line.peek
    ) {
      prefixes.push(word.text.toLowerCase());
      line.at++;
    }
    const word = line.peek;
    const common = { prefixes, column, bits: this.bits, relative: this.#relative };
    if (!word && prefixes.length > 0) return { ...common, mnemonic: "", operands: [] };
    if (word?.kind !== "name" || !isMnemonic(word.text.toLowerCase()))
      throw unknownWord(word ?? line.tokens[0]!);
    line.at++;
    return {
      ...common,
      column: word.column,
      mnemonic: word.text.toLowerCase(),
      operands: parseOperands(line),
    };
  }
}

/** Directives may stand in brackets: [bits 32]. */
function unbracketed(tokens: Token[]): Token[] {
  const isBracketed =
    tokens[0]?.text === "[" &&
    tokens.at(-1)?.text === "]" &&
    DIRECTIVES.has(tokens[1]?.text.toLowerCase() ?? "");
  return isBracketed ? tokens.slice(1, -1) : tokens;
}

function isWord(text: string): boolean {
  const word = text.toLowerCase();
  return word in DATA || word in RESERVE || DIRECTIVES.has(word) || PREFIXES.has(word) || isMnemonic(word);
}

const unknownWord = ({ text, column }: Token) =>
  new LineError(
    text.startsWith("%")
      ? `"${text}" stands only in a macro`
      : `"${text}" is no instruction, directive or macro; a label is written "${text}:"`,
    column,
  );

function toBits(value: bigint, column: number): Bits {
  if (value !== 16n && value !== 32n && value !== 64n)
    throw new LineError(`bits takes 16, 32 or 64, got ${value}`, column);
  return Number(value) as Bits;
}

function dataItems(line: ExpressionParser, size: number): DataItem[] {
  const items: DataItem[] = [];
  do items.push(dataItem(line, size));
  while (line.accept(","));
  return items;
}

function dataItem(line: ExpressionParser, size: number): DataItem {
  const token = line.peek;
  const after = line.tokens[line.at + 1];
  const alone = after === undefined || after.text === ",";
  if (token?.kind === "string" && alone) {
    line.at++;
    const padding = new Array((size - (token.bytes!.length % size)) % size).fill(0);
    return { bytes: [...token.bytes!, ...padding] };
  }
  if (token?.kind === "float" && alone && size >= 4) {
    line.at++;
    return { float: Number(token.text) };
  }
  const value = line.parse();
  if (hasRegister(value)) throw new LineError("a register is no number", token!.column);
  return { value };
}
