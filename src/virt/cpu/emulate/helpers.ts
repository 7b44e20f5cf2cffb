/**
 * What TCG does about an instruction that our translation leaves to V. Its own tables (QEMU 7.2, target/i386/tcg) tell three kinds apart:
 * floating point and division are C functions, called with everything in its place; logic on vectors and moves between them are vector
 * instructions of the host's, in line; what touches the state of the system leaves the block or might.
 */
import type { Instruction } from "../../../machine/isa/instruction.ts";

/** "none": nothing besides the instruction, and what left for V, in the place of the host's two (from the environment, and back there). */
export type Work = "callout" | "helper" | "none";

const VECTORS = new Set(
  "pxor por pand pandn xorps xorpd orps orpd andps andpd andnps andnpd movaps movapd movups movupd movdqa movdqu".split(
    " ",
  ),
);
const DIVISIONS = new Set(["div", "idiv"]);

export function workOf(op: Instruction): Work {
  const { mnemonic, feature } = op.row;
  if (DIVISIONS.has(mnemonic)) return "helper";
  if (feature !== "sse" && feature !== "sse2") return "callout";
  if (!VECTORS.has(mnemonic)) return "helper";
  // In memory it is a look-up in the software TLB besides.
  return op.rm < 0 ? "helper" : "none";
}
