/**
 * Tiny probes: pairs of runs as one would write them on paper, each made for one clause. Public: students see them, and their
 * failures, in the notebook.
 */
import type { Difference, Outcome, Probe, Trial } from "../../src/experiments/index.ts";

export const completes = (seen: Record<string, number> = {}, kept: Record<string, string> = {}): Outcome => ({
  kind: "completes",
  seen: { eip: 0x100, ...seen },
  kept,
});

export const traps = (vector = 13): Outcome => ({ kind: "traps", vector });

/** A pair in ring 0 and ring 1, unless it says in which register it differs. */
export function trial(first: Outcome, second: Outcome, differ: Difference = "ring"): Omit<Trial, "text"> {
  return { given: "", ring: 1, differ, first, second };
}

export function probe(mnemonic: string, ...trials: Omit<Trial, "text">[]): Probe {
  return { mnemonic, trials: trials.map((each) => ({ ...each, text: mnemonic.toLowerCase() })) };
}

const same = (outcome: Outcome) => trial(outcome, outcome);

export const ADD = probe("ADD", same(completes({ ecx: 12, eflags: 2 })));
/** Reads CS: the ring is in it. */
export const MOV = probe(
  "MOV",
  same(completes({ ecx: 5 })),
  trial(completes({ ecx: 8 }), completes({ ecx: 9 })),
);
export const LGDT = probe("LGDT", trial(completes({}, { GDTR: "5000" }), traps()));
/** Faults everywhere, but for another reason each time. */
export const UD2 = probe("UD2", trial(traps(6), traps(13)));
export const DIV = probe("DIV", same(completes({ eax: 3 })), same(traps(0)));
export const VERR = probe("VERR", trial(completes(), completes({ eflags: 0x42 })));
/** A selector that ring 0 must not have and ring 1 may. */
export const LES = probe(
  "LES",
  trial(traps(13), completes({ edx: 9 }, { ES: "9 (base 0, limit ffffffff)" })),
);
export const POP = probe(
  "POP",
  trial(
    completes({}, { DS: "10 (base 0, limit ffffffff)" }),
    completes({}, { DS: "10 (base 5000, limit fff)" }),
  ),
);
export const POPF = probe("POPF", trial(completes({ esp: 0x804 }, { IF: "0" }), completes({ esp: 0x804 })));
/** With an IOPL of 3 in the image. */
export const POPFD = probe("POPFD", trial(completes({}, { IOPL: "3" }), completes()));
/** Traps in one trial, and in another loses IF. */
export const IRET = probe(
  "IRET",
  trial(completes(), traps(13)),
  trial(completes({}, { IF: "1" }), completes()),
);
export const INT = probe(
  "INT n",
  trial(completes({ "[7f8]": 8 }, { IF: "0" }), completes({ "[7f8]": 9 })),
  trial(completes({ "[7fc]": 2 }), completes({ "[7fc]": 0x202 }), "EFLAGS"),
);
export const OUT = probe("OUT", trial(completes({}, { port: "41" }), completes()));
export const RDTSC = probe("RDTSC", trial(completes({ eax: 100 }), completes({ eax: 1100 }), "TSC"));
export const SGDT = probe(
  "SGDT",
  trial(completes({ "[800]": 0x1000 }), completes({ "[800]": 0x4000 }), "GDTR"),
);
export const SIDT = probe(
  "SIDT",
  trial(completes({ "[800]": 0x2000 }), completes({ "[800]": 0x5000 }), "IDTR"),
);
export const SLDT = probe("SLDT", trial(completes({ ecx: 0x28 }), completes({ ecx: 0x90 }), "LDTR"));
export const STR = probe("STR", trial(completes({ ecx: 0x30 }), completes({ ecx: 0x98 }), "TR"));
export const SMSW = probe("SMSW", trial(completes({ ecx: 0x11 }), completes({ ecx: 0x31 }), "CR0"));
export const PUSHF = probe(
  "PUSHF",
  trial(completes({ "[7fc]": 2 }), completes({ "[7fc]": 0x202 }), "EFLAGS"),
);
/** The monitor's GDT holds something else: what is loaded differs, and nothing that is seen at once. */
export const MOVDS = probe(
  "MOV DS",
  trial(completes({}, { DS: "10 (base 0)" }), completes({}, { DS: "10 (base 5000)" }), "GDTR"),
);
/** The same news, told in another order. */
export const XCHG = probe("XCHG", trial(completes({ ecx: 1, edx: 2 }), completes({ edx: 2, ecx: 1 })));
