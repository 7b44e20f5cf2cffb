/** What the student of lab 02 hands in (component.ts), declared once. */
import { z } from "zod";
import { defineLab, type Lab } from "../../src/course/index.ts";
import { LEAKS } from "../../src/experiments/index.ts";
import type { ModesAndRings } from "./component.ts";

const assembly = (doc: string) => ({ type: "string", doc, schema: z.string() });
const leaks = z.array(z.enum(LEAKS));

export const LAB: Lab<ModesAndRings> = defineLab<ModesAndRings>({
  id: "02-modes-and-rings",
  title: "Which instructions betray the ring?",
  component: {
    protect: {
      doc: "From real mode to 32-bit protected mode.",
      parameters: [],
      returns: assembly("16-bit assembly, which goes on in 32-bit code"),
    },
    map: {
      doc: "Builds page tables for 64-bit mode.",
      parameters: [],
      returns: assembly("32-bit assembly"),
    },
    lengthen: {
      doc: "Turns paging on in IA-32e mode and goes to 64-bit code.",
      parameters: [],
      returns: assembly("32-bit assembly"),
    },
    classify: {
      doc: "Finds out from pairs of runs what becomes of an instruction below a monitor.",
      parameters: [
        {
          name: "probe",
          type: "Probe",
          doc: "one instruction: its `mnemonic` and its `trials`, each with what the pair does `differ` in, and the outcomes `first` and `second`",
        },
      ],
      returns: {
        type: `{ outcome: "differs" | "traps" | "same", leaks: (${LEAKS.map((leak) => `"${leak}"`).join(" | ")})[] }`,
        doc: "what becomes of it, and what it gives away",
        schema: z.object({ outcome: z.enum(["differs", "traps", "same"]), leaks }),
      },
    },
    verdict: {
      doc: "Decides what the findings say about the processor.",
      parameters: [
        {
          name: "instructions",
          type: "readonly Classified[]",
          doc: "for every instruction its `mnemonic`, its `entry` in the manual, and what `classify` returned",
        },
      ],
      returns: {
        type: "{ virtualizable: boolean, entries: string[], leaks: Record<Leak, string[]> }",
        doc: "the verdict, the entries of the manual against it, and the mnemonics by what they give away",
        schema: z.object({
          virtualizable: z.boolean(),
          entries: z.array(z.string()),
          leaks: z.object(
            Object.fromEntries(LEAKS.map((leak) => [leak, z.array(z.string())])) as Record<
              (typeof LEAKS)[number],
              z.ZodArray<z.ZodString>
            >,
          ),
        }),
      },
    },
  },
  clauses: [
    {
      id: "C1",
      text: "`protect` is assembled at 7C00h and started there in real mode. Registers, data segments and memory hold anything; CS is 0, SS:SP is 0:7C00h. It comes to its end, where the label `protected` is, in 32-bit protected mode.",
    },
    {
      id: "C2",
      text: "On arrival at `protected`, CS is 08h: 32-bit code. DS, ES and SS are 10h: writable data. All have base 0, a limit of 4 GiB and DPL 0. Selector 18h of the GDT is a 64-bit code segment with DPL 0.",
    },
    {
      id: "C3",
      text: "On arrival at `protected`, interrupts are off, and of CR0 no bit but PE has changed.",
    },
    {
      id: "C4",
      text: "`map` starts as C2 describes, and comes to its end, where the label `mapped` is. CR3 then has page tables of four levels, all between 10000h and 1FFFFh, that map the first 2 MiB to themselves, writable, and nothing else. Memory held anything before.",
    },
    {
      id: "C5",
      text: "On arrival at `mapped`, CR4.PAE is set and no other bit of CR4 has changed. Paging is still off.",
    },
    {
      id: "C6",
      text: "`lengthen` starts as C5 describes. It goes through compatibility mode to 64-bit mode, with CS = 18h, and comes to its end, where the label `long` is. Of CR0 no bit but PG has changed, of EFER no bit but LME (and LMA, which the processor sets).",
    },
    {
      id: "C7",
      text: "Each piece has at most 4 KiB of code and data and takes at most 20,000 steps.",
    },
    {
      id: "C8",
      text: "`outcome` is `differs` when in some trial the second run completes and is not as the first: the first trapped, or a name in `seen` or in `kept` has another value or is there in one of the two only. Otherwise it is `traps` when in some trial the first run completes and the second traps. Otherwise it is `same`. Two traps are alike whatever their vectors are.",
    },
    {
      id: "C9",
      text: "Such a trial gives away `tables` when it differs in GDTR, IDTR, LDTR or TR; `status` when in CR0 or EFLAGS; `resources` when in TSC or port. Then it gives away nothing else.",
    },
    {
      id: "C10",
      text: "A trial that differs in ring gives away `protection` when the first run trapped, when something in `seen` differs, or something in `kept` other than IF, IOPL and port.",
    },
    {
      id: "C11",
      text: "A trial that differs in ring gives away `silence` when IF or IOPL in `kept` differs, and `resources` when port does. One trial may give away several things.",
    },
    { id: "C12", text: "`leaks` names what all trials together give away, each once, in any order." },
    {
      id: "C13",
      text: "Virtualizable: no instruction differs. `entries` names the manual's entries of those that do, in the order given, each once.",
    },
    {
      id: "C14",
      text: "`leaks` of the verdict names for each leak the mnemonics that show it, in the order given.",
    },
  ],
  parts: [
    { id: "protect", title: "Step 1, real to protected mode", points: 3 },
    { id: "map", title: "Step 2, page tables", points: 3 },
    { id: "lengthen", title: "Step 3, to 64 bits", points: 3 },
    { id: "classify", title: "Step 4, one instruction", points: 4 },
    { id: "verdict", title: "Step 5, the verdict", points: 2 },
  ],
  limits: { seconds: 3, megabytes: 512 },
});
