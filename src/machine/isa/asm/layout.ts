/** Statements to addresses and bytes, pass after pass, until no symbol moves. */
import { fits } from "./bytes.ts";
import { LineError, type SourceLine } from "./error.ts";
import { evaluate, evaluateConstant, type Scope, type Value } from "./evaluate.ts";
import { contains, type Expression } from "./expression.ts";
import { MOST_BYTES, Output } from "./output.ts";
import { PreparedInstruction } from "./prepared.ts";
import type { AsmInstruction, Body, DataItem, Statement } from "./statement.ts";

export interface Placed {
  statement: Statement;
  offset: number;
  length: number;
}
export interface LaidOut {
  bytes: Uint8Array;
  symbols: Map<string, number>;
  placed: Placed[];
}

/** After this many passes what was long once stays long: so a layout is found. */
const PATIENCE = 40;
const MOST_PASSES = 200;
const MOST_DIFFERENT = 1_000_000;

export class Layout {
  readonly #statements: Statement[] = [];
  readonly #defined = new Map<string, SourceLine>();
  readonly #values = new Map<string, Value>();
  readonly #constants = new Map<string, Value>();
  readonly #prepared = new Map<AsmInstruction, PreparedInstruction>();
  #output = new Output();
  #origin = 0n;
  #pass = 0;
  /** A symbol that has another value than in the pass before. */
  #moved: string | undefined;

  /** Returns what is doubtful. Throws a LineError when the statement is wrong whatever the addresses. */
  add(statement: Statement): string | undefined {
    const { label, body, source } = statement;
    const name = body?.kind === "equ" ? body.name : label?.name;
    if (name !== undefined) this.#declare(name, source, label?.column ?? 0);
    if (body?.kind === "equ") this.#constant(body);
    const warning = this.#prepare(body);
    this.#statements.push(statement);
    return warning;
  }

  #declare(name: string, source: SourceLine, column: number): void {
    const first = this.#defined.get(name);
    if (first) throw new LineError(`"${name}" is defined already, at ${first.file}:${first.line}`, column);
    this.#defined.set(name, source);
  }

  /** An equ that no address enters: known to %if at once. */
  constant(name: string): Value | undefined {
    return this.#constants.get(name);
  }

  #constant({ name, value }: { name: string; value: Expression }): void {
    let known = true;
    const result = evaluateConstant(value, (other) => {
      const found = this.#constants.get(other);
      if (!found) known = false;
      return found;
    });
    if (result && known && result.terms.length === 0) this.#constants.set(name, result);
  }

  /** Returns what is doubtful about it. */
  #prepare(body: Body | undefined): string | undefined {
    if (body?.kind === "align") return this.#prepare(body.fill);
    if (body?.kind !== "instruction") return undefined;
    const prepared = new PreparedInstruction(body.instruction);
    this.#prepared.set(body.instruction, prepared);
    return prepared.warning;
  }

  settle(origin: bigint, report: (source: SourceLine, error: LineError) => void): LaidOut {
    this.#origin = origin;
    for (this.#pass = 1; this.#pass <= MOST_PASSES; this.#pass++) {
      this.#moved = undefined;
      const errors: [SourceLine, LineError][] = [];
      const placed = this.#run((source, error) => errors.push([source, error]));
      if (this.#moved !== undefined || this.#pass === 1) continue;
      for (const [source, error] of errors) report(source, error);
      const symbols = new Map<string, number>();
      for (const [name, { n }] of this.#values) if (!name.startsWith("..@")) symbols.set(name, Number(n));
      return { bytes: this.#output.bytes(), symbols, placed };
    }
    const message = `"${this.#moved}" has another value in each of ${MOST_PASSES} passes: it depends on itself`;
    report(this.#defined.get(this.#moved!)!, new LineError(message, 0));
    return { bytes: new Uint8Array(), symbols: new Map(), placed: [] };
  }

  #run(fail: (source: SourceLine, error: LineError) => void): Placed[] {
    this.#output = new Output();
    return this.#statements.map((statement) => {
      const offset = this.#output.length;
      try {
        if (statement.label)
          this.#define(statement.label.name, { n: this.#here, labels: 1, unknown: 0, terms: [] });
        this.#emit(statement);
      } catch (error) {
        if (!(error instanceof LineError)) throw error;
        fail(statement.source, error);
      }
      return { statement, offset, length: this.#output.length - offset };
    });
  }

  get #here(): bigint {
    return this.#origin + BigInt(this.#output.length);
  }

  #define(name: string, value: Value): void {
    const before = this.#values.get(name);
    if (!before || before.n !== value.n || before.unknown !== value.unknown) this.#moved = name;
    this.#values.set(name, value);
  }

  #scope(): Scope {
    return {
      here: this.#here,
      start: this.#origin,
      symbol: (name, column) => {
        const value = this.#values.get(name);
        if (!value && !this.#defined.has(name)) throw new LineError(this.#undefined(name), column);
        return value;
      },
    };
  }

  #undefined(name: string): string {
    const other = [...this.#defined.keys()].find(
      (known) => known.toLowerCase() === name.toLowerCase() || known.endsWith(`.${name}`),
    );
    return `"${name}" is not defined${other ? `; did you mean "${other}"?` : ""}`;
  }

  #emit({ times, body, source: _ }: Statement): void {
    if (!body) return;
    const count = times ? this.#count(times, "times") : 1;
    if (count > 1 && this.#isSameAnywhere(body)) {
      const start = this.#output.length;
      this.#body(body);
      this.#output.repeat(start, count - 1);
      return;
    }
    if (count > MOST_DIFFERENT)
      throw new LineError(`times ${count} is too much for what depends on its address`, times!.column);
    for (let i = 0; i < count; i++) this.#body(body);
  }

  #isSameAnywhere(body: Body): boolean {
    if (body.kind === "data") return !body.items.some(dependsOnHere);
    return body.kind === "instruction" && this.#prepared.get(body.instruction)!.isFixed;
  }

  #count(expression: Expression, what: string): number {
    const { n, unknown } = evaluate(expression, this.#scope());
    if (unknown !== 0) return 0;
    if (n < 0n)
      throw new LineError(
        `${what} ${n}: the count is negative${what === "times" ? "; the code before it is too long" : ""}`,
        expression.column,
      );
    if (n > BigInt(MOST_BYTES)) throw new LineError(`${what} ${n} is too much`, expression.column);
    return Number(n);
  }

  #body(body: Body): void {
    switch (body.kind) {
      case "instruction":
        this.#output.push(this.#prepared.get(body.instruction)!.bytes(this.#scope(), this.#pass > PATIENCE));
        return;
      case "data":
        for (const item of body.items) this.#output.push(this.#data(item, body.size));
        return;
      case "reserve":
        this.#output.zeros(this.#count(body.count, "res") * body.size, body.column);
        return;
      case "align":
        this.#align(body);
        return;
      case "equ":
        this.#define(body.name, evaluate(body.value, this.#scope()));
        return;
    }
  }

  #data(item: DataItem, size: number): readonly number[] {
    if ("bytes" in item) return item.bytes;
    const view = new DataView(new ArrayBuffer(8));
    if ("float" in item) {
      if (size === 8) view.setFloat64(0, item.float, true);
      else view.setFloat32(0, item.float, true);
    } else {
      const { n, unknown } = evaluate(item.value, this.#scope());
      if (unknown === 0 && !fits(n, size))
        throw new LineError(
          `${n} does not fit in ${size === 1 ? "a byte" : `${size} bytes`}`,
          item.value.column,
        );
      view.setBigInt64(0, n, true);
    }
    return [...new Uint8Array(view.buffer, 0, size)];
  }

  #align({ boundary, fill, column }: { boundary: Expression; fill: Body; column: number }): void {
    const size = this.#count(boundary, "align");
    if (size === 0 || (size & (size - 1)) !== 0)
      throw new LineError(`align takes a power of two, got ${size}`, column);
    const start = this.#output.length;
    const missing = (size - (start % size)) % size;
    while (this.#output.length < start + missing) {
      const before = this.#output.length;
      this.#body(fill);
      if (this.#output.length === before) throw new LineError("the filling of align has no bytes", column);
    }
  }
}

const dependsOnHere = (item: DataItem) => "value" in item && contains(item.value, "here");
