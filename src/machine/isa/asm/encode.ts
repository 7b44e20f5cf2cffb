/** An instruction to bytes, with the values that symbols have now: of the rows that fit, the shortest encoding. */
import { SIZE_Y } from "../form.ts";
import { isReg } from "../operand.ts";
import { type EncodedAddress, encodeAddress } from "./address.ts";
import { isInt32, little } from "./bytes.ts";
import { LineError } from "./error.ts";
import { evaluate, type Scope } from "./evaluate.ts";
import { Immediates } from "./immediate.ts";
import type { Choice } from "./match.ts";
import { WAITING } from "./names.ts";
import type { NamedRegister } from "./register.ts";
import type { AsmInstruction, AsmOperand, MemoryOperand } from "./statement.ts";

/** In the order in which they are emitted. */
const PREFIX_BYTES: Record<string, number> = {
  rep: 0xf3,
  repe: 0xf3,
  repz: 0xf3,
  repne: 0xf2,
  repnz: 0xf2,
  lock: 0xf0,
  es: 0x26,
  cs: 0x2e,
  ss: 0x36,
  ds: 0x3e,
  fs: 0x64,
  gs: 0x65,
};

/** `long`: what has a short and a long form gets the long one. Throws a LineError when no row takes the values. */
export function encode(
  instruction: AsmInstruction,
  choices: readonly Choice[],
  scope: Scope,
  long: boolean,
): number[] {
  if (instruction.mnemonic === "") return instruction.prefixes.map((word) => prefixByte(word, instruction));
  let best: number[] | undefined;
  let reason: LineError | undefined;
  for (const choice of choices) {
    const bytes = new Encoding(instruction, choice, scope, long).bytes();
    if (bytes instanceof LineError) reason = bytes;
    else if (bytes && (!best || bytes.length < best.length)) best = bytes;
  }
  if (best) return best;
  throw (
    reason ?? new LineError(`no encoding of ${instruction.mnemonic} takes these values`, instruction.column)
  );
}

function prefixByte(word: string, { bits, column }: AsmInstruction): number {
  const known = PREFIX_BYTES[word];
  if (known !== undefined) return known;
  const size = Number(word.slice(1));
  if (size === bits || (word[0] === "o" && bits === 64 && size === 32))
    throw new LineError(`${word} changes nothing in ${bits}-bit code`, column);
  return word[0] === "o" ? 0x66 : 0x67;
}

/** One choice tried. */
class Encoding {
  readonly #instruction: AsmInstruction;
  readonly #choice: Choice;
  readonly #scope: Scope;
  readonly #long: boolean;
  #size: number;

  constructor(instruction: AsmInstruction, choice: Choice, scope: Scope, long: boolean) {
    this.#instruction = instruction;
    this.#choice = choice;
    this.#scope = scope;
    this.#long = long;
    this.#size = choice.size;
  }

  /** Undefined when this choice is not for these values; a LineError when they are out of its range. */
  bytes(): number[] | LineError | undefined {
    try {
      return this.#bytes();
    } catch (error) {
      if (error instanceof LineError) return error;
      throw error;
    }
  }

  #bytes(): number[] | LineError | undefined {
    const { row, opcode } = this.#choice.template;
    const { bits, operands, mnemonic } = this.#instruction;
    const inMemory = this.#at("EMWQ", "memory") as MemoryOperand | undefined;
    const address = inMemory && encodeAddress(inMemory, this.#instruction, this.#scope, this.#long);
    if (this.#isShortMove()) this.#size = 4;
    if (opcode.plusR && opcode.byte === 0x90 && bits === 64 && this.#isExchangeWithItself()) return undefined;

    const rex = this.#rex(address);
    if (rex instanceof LineError) return rex;
    const wait = mnemonic in WAITING ? [0x9b] : [];
    const page = [[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]][opcode.map]!;
    const register = operands[this.#index("Z")];
    const low = register?.kind === "register" && opcode.plusR ? register.register.number & 7 : 0;
    const out = [
      ...wait,
      ...this.#prefixes(address),
      ...(typeof opcode.prefix === "number" ? [opcode.prefix] : []),
      ...(rex ? [rex] : []),
      ...page,
      opcode.byte + low,
      ...this.#modrm(address),
    ];
    const displacementAt = out.length;
    if (address) out.push(...little(address.displacement, address.bytes));
    const bad = this.#immediates(this.#addressSize(address)).append(out);
    if (bad) return bad === "other" ? undefined : bad;
    if (address?.ripRelative) {
      const exact = address.displacement - this.#scope.here - BigInt(out.length);
      const distance = address.size === 4 ? BigInt.asIntN(32, exact) : exact;
      if (!isInt32(distance))
        return new LineError("the operand is further than 2 GiB away", inMemory!.column);
      out.splice(displacementAt, 4, ...little(distance, 4));
    }
    if (out.length > 15)
      return new LineError(
        `${row.mnemonic} with these prefixes is longer than 15 bytes`,
        this.#instruction.column,
      );
    return out;
  }

  #immediates(addressSize: number): Immediates {
    return new Immediates(this.#instruction, this.#choice, this.#scope, this.#long, this.#size, addressSize);
  }

  #index(places: string): number {
    return this.#choice.template.operands.findIndex(({ place }) => places.includes(place));
  }
  #at(places: string, kind: AsmOperand["kind"]): AsmOperand | undefined {
    const { operands } = this.#choice.template;
    const at = operands.findIndex(
      ({ place }, i) => places.includes(place) && this.#instruction.operands[i]?.kind === kind,
    );
    return this.#instruction.operands[at];
  }

  #registers(): NamedRegister[] {
    return this.#instruction.operands.flatMap((operand) =>
      operand.kind === "register" ? [operand.register] : [],
    );
  }

  #isExchangeWithItself(): boolean {
    const [a, b] = this.#registers();
    return a !== undefined && a === b && a.size === 4;
  }

  /** MOV r64, imm whose value is an unsigned doubleword: MOV r32 does the same in five bytes. */
  #isShortMove(): boolean {
    const { template, size } = this.#choice;
    const [, source] = this.#instruction.operands;
    if (template.row.opcode !== "B8+r" || size !== 8 || source?.kind !== "immediate" || source.size > 0)
      return false;
    const { n, unknown, labels } = evaluate(source.value, this.#scope);
    return unknown !== 0 || (labels === 0 && n >= 0n && n <= 0xffffffffn);
  }

  #prefixes(address: EncodedAddress | undefined): number[] {
    const { bits, prefixes, operands } = this.#instruction;
    const { template } = this.#choice;
    const size = this.#size;
    const given = Object.keys(PREFIX_BYTES)
      .filter((word) => prefixes.includes(word))
      .map((word) => PREFIX_BYTES[word]!);
    const override = operands.find((operand) => operand.kind === "memory")?.segment;
    if (override) given.push(PREFIX_BYTES[override.name]!);
    const explicit = prefixes.find((word) => /^o\d\d$/.test(word));
    const varies = template.form.size < 0 && template.form.size !== SIZE_Y;
    const wanted = varies ? size : explicit ? Number(explicit.slice(1)) / 8 : 0;
    if (wanted === (bits === 16 ? 4 : 2)) given.push(0x66);
    if (this.#addressSize(address) !== bits / 8) given.push(0x67);
    return given;
  }

  #addressSize(address: EncodedAddress | undefined): number {
    const { bits, prefixes, operands } = this.#instruction;
    if (address) return address.size;
    if (this.#choice.address > 0) return this.#choice.address;
    const prefix = prefixes.find((word) => /^a\d\d$/.test(word));
    if (prefix) return Number(prefix.slice(1)) / 8;
    const [inner] = operands.flatMap((operand) => (operand.kind === "memory" ? [operand.inner] : []));
    return inner && inner > 1 ? inner : bits / 8;
  }

  #rex(address: EncodedAddress | undefined): number | LineError {
    const { template } = this.#choice;
    const { operands: specs, form, opcode } = template;
    const { operands, bits, column } = this.#instruction;
    let rex = opcode.rexW || (form.size < 0 && this.#size === 8 && form.default64 === 0) ? 0x48 : 0;
    if (address?.rex) rex |= 0x40 | address.rex;
    for (const [i, spec] of specs.entries()) {
      const operand = operands[i];
      if (operand?.kind !== "register") continue;
      const { number, kind, size, high, name } = operand.register;
      const isNew = number > 7 || (kind === "general" && (size === 8 || (size === 1 && number > 3 && !high)));
      if (isNew && bits !== 64) return new LineError(`${name} exists only in 64-bit code`, operand.column);
      if (number > 7) rex |= isReg(spec.place) ? 0x44 : 0x41;
      else if (size === 1 && number > 3 && !high) rex |= 0x40;
    }
    if (rex !== 0 && this.#registers().some(({ high }) => high))
      return new LineError("ah, ch, dh and bh cannot stand in an instruction with a REX prefix", column);
    return rex;
  }

  #modrm(address: EncodedAddress | undefined): number[] {
    const { opcode, operands: specs } = this.#choice.template;
    const { operands } = this.#instruction;
    if (opcode.modrm !== undefined) {
      const at = specs.findIndex(({ size }) => size === "STi");
      const st = operands[at];
      return [opcode.modrm + (st?.kind === "register" ? st.register.number : 0)];
    }
    const named = (places: string) => {
      const operand = this.#at(places, "register");
      return operand?.kind === "register" ? operand.register.number & 7 : undefined;
    };
    const reg = opcode.digit ?? named("GSCDVP");
    if (address)
      return [
        (address.mod << 6) | ((reg ?? 0) << 3) | address.rm,
        ...(address.sib === undefined ? [] : [address.sib]),
      ];
    const rm = named("ERWUQN");
    return reg === undefined && rm === undefined ? [] : [0xc0 | ((reg ?? 0) << 3) | (rm ?? 0)];
  }
}
