/** Asking a guest for its pages without leaving the host: hypercallbacks. */
import type { Absent, Paper, Verified } from "../row.ts";

const PRIMARY: Verified = { level: "primary", source: "the paper's text and Table 2" };

const absent = (id: string, place: string, what: string, published: string, because: string): Absent => ({
  ...{ kind: "absent", id: `callback17-${id}`, place, what, verified: PRIMARY, basis: "prediction" },
  ...{ published, because },
});

export const amitWei2017: Paper = {
  id: "callback17",
  citation: "N. Amit and M. Wei, “Hypercallbacks: Decoupling Policy Decisions and Execution”, HotOS 2017",
  setup: "reclaim under overcommitted memory on KVM; guests that let the host run small functions of theirs",
  rows: [
    absent(
      "page",
      "Table 2",
      "asking the guest about a page",
      "58 … 157 cycles",
      "no guest here hands code to its host; `take-back` shows what is saved, the exits",
    ),
    absent(
      "runtime",
      "section 4",
      "run time, with and without callbacks",
      "9.5 to 31.5 s",
      "the workload and its host's disk are not described so that they could be counted here",
    ),
  ],
};
