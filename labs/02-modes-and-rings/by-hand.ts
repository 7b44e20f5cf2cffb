/** For the walk by hand: a descriptor in words, and one instruction in two rings. */
import { Stage } from "../../src/experiments/index.ts";
import { Descriptor } from "../../src/machine/cpu/descriptor.ts";
import { kind } from "./arrival.ts";
import { hex } from "./boot.ts";
import { describeOutcome } from "./describe.ts";

/** "base 0h, limit FFFFFFFFh, 32-bit code, DPL 0", of the eight bytes as one number. */
export function describeDescriptor(value: bigint): string {
  const descriptor = new Descriptor();
  descriptor.low = Number(BigInt.asIntN(32, value));
  descriptor.high = Number(BigInt.asIntN(32, value >> 32n));
  const { base, limit, high, dpl } = descriptor;
  return `base ${hex(base)}, limit ${hex(limit)}, ${kind(high)}, DPL ${dpl}`;
}

let stage: Stage | undefined;

/**
 * Runs one instruction of the experiment in ring 0 and in ring 1, its operands holding `value`.
 * @throws {RangeError} when the experiment has no such instruction
 */
export function inTwoRings(text: string, value = 1): string {
  stage ??= new Stage();
  const form = stage.forms.find((each) => each.text === text);
  if (!form)
    throw new RangeError(
      `the experiment has no instruction "${text}": it writes them as nasm does, with ECX and [EBX]`,
    );
  const given = { value, interrupts: true };
  const here = stage.run(form, given, { ring: 0, as: 1 });
  const there = stage.run(form, given, { ring: 1, as: 1 });
  return [text, `  ring 0  ${describeOutcome(here)}`, `  ring 1  ${describeOutcome(there)}`].join("\n");
}
