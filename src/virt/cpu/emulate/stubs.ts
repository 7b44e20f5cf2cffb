/** Host code that every block uses, at the start of the buffer. */
import { AND, CMP, EAX, EBP, ECX, EDX, Emitter, Label, NOT_EQUAL, XOR } from "./emitter.ts";
import { ENTRY_BYTES, IP, KEY, TARGET_ENTRIES, TARGET_HOST, TARGET_IP, TARGET_KEY, TARGETS } from "./env.ts";
import { emitSettle } from "./flags.ts";
import { CALL } from "./site.ts";
import type { Stubs } from "./writer.ts";

const SHL = 4;
const SHR = 5;
const JMP = 4;

export function makeStubs(origin: number): Stubs & { readonly code: Uint8Array } {
  const out = new Emitter(origin);
  const settle = emitSettle(out);
  const lookup = out.here;
  // EDX ← the target's place in the table, by the hash of soft-tlb.ts.
  out.move(EDX, EAX);
  out.shift(SHR, EDX, 6);
  out.alu(XOR, EDX, EAX);
  out.aluImmediate(AND, EDX, TARGET_ENTRIES - 1);
  out.shift(SHL, EDX, Math.log2(ENTRY_BYTES));
  const miss = new Label();
  out.aluLoad(CMP, EAX, EBP, TARGETS + TARGET_IP, 4, EDX);
  out.jumpIf(NOT_EQUAL, miss);
  out.load(ECX, EBP, KEY);
  out.aluLoad(CMP, ECX, EBP, TARGETS + TARGET_KEY, 4, EDX);
  out.jumpIf(NOT_EQUAL, miss);
  out.byte(0xff);
  out.memory(JMP, EBP, TARGETS + TARGET_HOST, EDX);
  out.place(miss);
  out.store(EAX, EBP, IP);
  out.byte(0xcd);
  out.byte(CALL.lookup);
  return { lookup, settle, code: out.code };
}
