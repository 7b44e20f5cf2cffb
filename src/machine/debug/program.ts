/** What the source says about addresses: names and lines of an assembled program, as long as its bytes lie where it was assembled for. */
import type { Assembly } from "../isa/index.ts";

export interface SourceLine {
  readonly file: string;
  readonly line: number;
  /** "" when the text is not at hand. */
  readonly text: string;
  readonly address: number;
  readonly bytes: Uint8Array;
}

export class Program {
  readonly symbols: ReadonlyMap<string, number>;
  readonly #lines: readonly SourceLine[];
  readonly #names = new Map<number, string>();

  /** @param textOf a file's text, where it is at hand */
  constructor(assembly: Assembly, textOf: (file: string) => string | undefined) {
    const { symbols, lines, bytes, origin } = assembly;
    this.symbols = symbols;
    const texts = new Map<string, string[]>();
    for (const file of new Set(lines.map((line) => line.file)))
      texts.set(file, textOf(file)?.split(/\r?\n/) ?? []);
    this.#lines = lines.map(({ address, file, line, length }) => ({
      ...{ file, line, address, text: texts.get(file)?.[line - 1]?.trim() ?? "" },
      bytes: bytes.subarray(address - origin, address - origin + length),
    }));
    // What lies outside is a number that has a name, not a place.
    for (const [name, value] of symbols)
      if (value >= origin && value < origin + bytes.length && !this.#names.has(value))
        this.#names.set(value, name);
  }

  nameOf(address: number): string | undefined {
    return this.#names.get(address);
  }

  /** The line whose code begins at an address, when these bytes are there: other code may have taken its place. */
  lineAt(address: number, bytes: Uint8Array): SourceLine | undefined {
    const line = this.#lines.find(
      (one) => address >= one.address && address < one.address + one.bytes.length,
    );
    if (line === undefined) return undefined;
    const from = address - line.address;
    return bytes.every((byte, n) => from + n >= line.bytes.length || byte === line.bytes[from + n])
      ? line
      : undefined;
  }
}
