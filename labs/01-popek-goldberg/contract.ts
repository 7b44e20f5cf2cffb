/** What the student of lab 01 hands in: the classifier of src/formal/component.ts, declared once. */
import { z } from "zod";
import { defineLab, type Lab } from "../../src/course/index.ts";
import type { Classifier } from "../../src/formal/index.ts";

const whole = z.number().int();
const state = z.object({
  E: z.array(whole).max(1024),
  M: z.enum(["s", "u"]),
  P: whole,
  R: z.object({ l: whole, b: whole }),
});
const byMode = z.object({ s: z.boolean(), u: z.boolean() });

export const LAB: Lab<Classifier> = defineLab<Classifier>({
  id: "01-popek-goldberg",
  title: "Can this machine be virtualized?",
  component: {
    classify: {
      doc: "Finds out, by running it, what kind of instruction this is.",
      parameters: [
        {
          name: "probe",
          type: "Probe",
          doc: "one instruction: its `mnemonic`, the `pairs` of states to try, and `execute`",
          port: {
            execute: {
              doc: "Runs the instruction on a copy of the state.",
              parameters: [{ name: "state", type: "State", schema: state }],
              returns: "Outcome",
            },
          },
        },
      ],
      returns: {
        type: "{ privileged: boolean, control: { s: boolean, u: boolean }, location: { s: boolean, u: boolean }, mode: boolean }",
        doc: "what was found, per mode where the mode matters",
        schema: z.object({ privileged: z.boolean(), control: byMode, location: byMode, mode: z.boolean() }),
      },
    },
    virtualizable: {
      doc: "Decides what the classes say about the whole machine.",
      parameters: [
        {
          name: "instructions",
          type: "readonly Classified[]",
          doc: "for every instruction its `mnemonic` and what `classify` returned",
        },
      ],
      returns: {
        type: "{ virtualizable: boolean, hybrid: boolean, breaks: string[], breaksHybrid: string[] }",
        doc: "the two verdicts, and the instructions that stand against each",
        schema: z.object({
          virtualizable: z.boolean(),
          hybrid: z.boolean(),
          breaks: z.array(z.string()),
          breaksHybrid: z.array(z.string()),
        }),
      },
    },
  },
  clauses: [
    {
      id: "C1",
      text: "A memory trap is evidence for nothing. Leave out a pair when either of its two states memory-traps (C2, C4, C5); for C3, which looks at single states, leave out that state only.",
    },
    {
      id: "C2",
      text: "Privileged: in every pair that differs in mode, the instruction traps in the user state and does not trap in the supervisor state. There must be at least one such pair.",
    },
    {
      id: "C3",
      text: "Control-sensitive: in some state it completes and changes M or R. Noted under the mode of the state it started from. An instruction that traps has not completed, whatever the trap sequence did to M and R.",
    },
    {
      id: "C4",
      text: "Location-sensitive: in some pair that differs in location it completes twice, keeps M and R both times, and leaves different windows or a different P. Noted under the mode of the pair.",
    },
    {
      id: "C5",
      text: "Mode-sensitive: in some pair that differs in mode it completes twice, keeps M and R both times, and leaves different windows or a different P.",
    },
    {
      id: "C6",
      text: "Sensitive: control-, location- or mode-sensitive, in any mode. Innocuous: not sensitive.",
    },
    {
      id: "C7",
      text: "User-sensitive: control-sensitive from user states, or location-sensitive in user states.",
    },
    { id: "C8", text: "Virtualizable (Theorem 1): every sensitive instruction is privileged." },
    { id: "C9", text: "Hybrid-virtualizable (Theorem 3): every user-sensitive instruction is privileged." },
    {
      id: "C10",
      text: "`breaks` names the instructions that stand against C8, `breaksHybrid` those against C9, both in the order given.",
    },
  ],
  parts: [
    { id: "control", title: "Step 1, control-sensitive", points: 3 },
    { id: "privileged", title: "Step 2, privileged", points: 3 },
    { id: "location", title: "Step 3, location-sensitive", points: 3 },
    { id: "mode", title: "Step 4, mode-sensitive", points: 3 },
    { id: "verdict", title: "Step 5, the verdict", points: 3 },
  ],
  limits: { seconds: 2, megabytes: 256 },
});
