/** For the walk by hand: a fragment and what stands for it in the cache, byte for byte. */
import { type DisassembledLine, disassemble, peek } from "../../src/machine/index.ts";
import { TRANSLATION_POLICY } from "../../src/systems/index.ts";
import { hex, playTranslated } from "./play.ts";

/** Call-outs, by their n of INT n. */
const CALL_OUTS: Readonly<Record<string, string>> = {
  "int 0x20": "call-out: where does this exit lead?",
  "int 0x21": "call-out: the monitor executes the instruction",
  "int 0x24": "call-out: the monitor executes this one and the next",
};

/** Behind the two bytes of a call-out at an exit: room for a jump of five. */
const FILLER = "nop";

/** The blocks of a fragment in the order in which they were made, guest code first, then the cache as it was before any exit was chained. */
export function inTheCache(program: string): string {
  const { machine, blocks } = playTranslated(program, {});
  return blocks
    .map(({ address, length, place, bytes }) =>
      [
        `guest ${hex(address)}`,
        ...disassemble(peek(machine, address as never, length), { origin: address }).map(line),
        `cache ${hex(place)}`,
        ...disassemble(bytes, { origin: place })
          .filter(({ text }) => text !== FILLER)
          .map(line),
      ].join("\n"),
    )
    .join("\n\n");
}

function line({ bytes, text }: DisassembledLine): string {
  const code = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const said = CALL_OUTS[text];
  return `    ${code.padEnd(30)}  ${text}${said ? `    ; ${said}` : ""}`;
}

/** The five bytes of a jump that stands at a place in the cache and leads to another place. */
export function jumpBytes(place: number, to: number): string {
  const bytes = TRANSLATION_POLICY.chain({ target: 0, form: "jump", place }, { address: 0, place: to }) ?? [];
  return bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");
}
