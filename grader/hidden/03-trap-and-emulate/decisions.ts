/** What C1 to C5 say, and how somebody decides who misread one of them. */
import type { Decision } from "../../../labs/03-trap-and-emulate/component.ts";
import { describeDecision } from "../../../labs/03-trap-and-emulate/describe.ts";
import type { Trapping } from "../../../labs/03-trap-and-emulate/scenarios.ts";

export const SLIPS = [
  "interrupts are the guest's",
  "the monitor's pages are the guest's",
  "short segments are resumed",
  "short segments are the guest's",
  "devices are the guest's",
  "devices are resumed",
  "programs are not emulated",
  "only #GP is emulated",
  "whatever is refused is emulated",
  "whatever is sensitive is emulated",
  "error codes are lost",
  "no gate is checked",
  "a missing gate is ring 0's",
  "no bit for the IDT",
  "a refused INT is reflected",
] as const;
export type Slip = (typeof SLIPS)[number];

const ZERO_CODE = 2;

function decide({ trap, guest }: Trapping, slip?: Slip): Decision {
  const { kind, vector, error, cause, instruction } = trap;
  const reflect = { do: "reflect", vector, error: slip === "error codes are lost" ? null : error } as const;
  if (kind === "interrupt") return slip === "interrupts are the guest's" ? reflect : { do: "resume" };
  if (kind === "software") {
    const ring = slip === "a missing gate is ring 0's" ? Math.max(0, trap.gateRing) : trap.gateRing;
    const allowed = slip === "no gate is checked" || ring >= guest.cpl;
    if (allowed) return { do: "reflect", vector, error: null };
    if (slip === "a refused INT is reflected") return { do: "reflect", vector: 13, error: 0 };
    return { do: "reflect", vector: 13, error: 8 * vector + (slip === "no bit for the IDT" ? 0 : ZERO_CODE) };
  }
  if (cause === "monitor" && vector === 14)
    return slip === "the monitor's pages are the guest's" ? reflect : { do: "resume" };
  if (cause === "monitor") {
    if (slip === "short segments are the guest's") return reflect;
    return { do: slip === "short segments are resumed" ? "resume" : "emulate" };
  }
  if (cause === "device") {
    if (slip === "devices are the guest's") return reflect;
    return { do: slip === "devices are resumed" ? "resume" : "emulate" };
  }
  const refused = slip === "only #GP is emulated" ? vector === 13 : [6, 10, 11, 12, 13].includes(vector);
  const sensitive = instruction?.sensitive === true;
  const emulated =
    slip === "whatever is refused is emulated"
      ? refused
      : slip === "whatever is sensitive is emulated"
        ? sensitive
        : refused && sensitive;
  return emulated && !(slip === "programs are not emulated" && guest.cpl === 3) ? { do: "emulate" } : reflect;
}

export const decision = (subject: Trapping, slip?: Slip): string => describeDecision(decide(subject, slip));
