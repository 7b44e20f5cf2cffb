/** The sensitive instructions of the Pentium that are not privileged. */
import type { Paper } from "../row.ts";

export const robinIrvine2000: Paper = {
  id: "robin00",
  citation:
    "J. S. Robin and C. E. Irvine, “Analysis of the Intel Pentium's Ability to Support a Secure Virtual Machine Monitor”, USENIX Security 2000",
  setup: "about 250 instructions, examined by hand",
  rows: [
    {
      kind: "figure",
      id: "robin00-17",
      place: "sec. 3",
      what: "sensitive, not privileged",
      verified: {
        level: "secondary",
        confidence: 0.9,
        source:
          "an encyclopaedia's list of 18 mnemonics; VERR and VERW share an entry of the manual, which makes 17",
      },
      basis: "prediction",
      published: 17,
      unit: "entries",
      tolerance: { absolute: 0 },
      ours: {
        experiment: "sensitive-instructions",
        settings: { ring: 3, iopl: 0, umip: false, processor: "Pentium II", tsd: true },
        where: { outcome: "differs", published: true },
        column: "entry",
        take: "distinct",
      },
      note: "entries of the manual whose instructions behave differently in ring 3 without a trap, by running them; the experiment finds two more entries: IRET, and the loads of far pointers",
    },
  ],
};
