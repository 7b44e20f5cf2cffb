/** What the student of lab 05 hands in (component.ts), declared once. */
import { z } from "zod";
import { defineLab, type Lab } from "../../src/course/index.ts";
import type { HardwareAssist } from "./component.ts";

const advance = z.number();

export const LAB: Lab<HardwareAssist> = defineLab<HardwareAssist>({
  id: "05-hardware-assist",
  title: "Who needs a translator?",
  component: {
    controls: {
      doc: "Makes the value of a control field of the VMCS.",
      parameters: [
        { name: "wish", type: "Wish", doc: "bits that are `required`, and `optional` ones" },
        {
          name: "allowed",
          type: "Allowed",
          doc: "bits that `must` be set on this processor, and all that `may` be",
        },
      ],
      returns: { type: "number | null", doc: "the value, or null", schema: z.number().nullable() },
    },
    onExit: {
      doc: "Reads what the processor left at an exit.",
      parameters: [
        {
          name: "exit",
          type: "Exit",
          doc: "`reason`, `qualification`, instruction `length`, `interruption` information and its `error` code",
        },
      ],
      returns: {
        type: "Action",
        doc: "what is to be done, and by how many bytes the guest's RIP moves on",
        schema: z.discriminatedUnion("kind", [
          z.object({
            kind: z.literal("io"),
            direction: z.enum(["in", "out"]),
            port: z.number(),
            size: z.number(),
            string: z.boolean(),
            advance,
          }),
          z.object({
            kind: z.literal("control"),
            register: z.number(),
            access: z.enum(["write", "read", "clts", "lmsw"]),
            operand: z.number(),
            advance,
          }),
          z.object({ kind: z.enum(["cpuid", "hlt"]), advance }),
          z.object({
            kind: z.literal("exception"),
            vector: z.number(),
            error: z.number().nullable(),
            advance,
          }),
          z.object({ kind: z.enum(["interrupt", "window"]), advance }),
          z.object({ kind: z.literal("unknown"), advance }),
        ]),
      },
    },
    inject: {
      doc: "Decides what the next VM entry gives the guest.",
      parameters: [
        {
          name: "waiting",
          type: "Waiting",
          doc: "what was being delivered (`vectoring`, `vectoringError`), an `exception`, an `nmi`, an `interrupt`, and whether the guest takes them",
        },
      ],
      returns: {
        type: "{ information: number, error: number, window: boolean }",
        doc: "the two fields of the VMCS, and whether to come back for what still waits",
        schema: z.object({ information: z.number(), error: z.number(), window: z.boolean() }),
      },
    },
  },
  clauses: [
    { id: "C1", text: "Every bit of `must` and every bit of `required` is set in the value." },
    {
      id: "C2",
      text: "An `optional` bit is set where the processor allows it. No bit outside of `may` is ever set.",
    },
    { id: "C3", text: "When a `required` bit is not in `may`, the answer is null." },
    {
      id: "C4",
      text: "Exit reason 30 is I/O. Qualification: bits 2:0 size − 1 in bytes, bit 3 set for IN, bit 4 for a string instruction, bits 31:16 the port. The action is `io`.",
    },
    {
      id: "C5",
      text: "Exit reason 28 is an access to a control register. Qualification: bits 3:0 its number, bits 5:4 the access (0 write, 1 read, 2 CLTS, 3 LMSW). The operand is bits 11:8, the general register, for a write or a read; bits 31:16, the value, for LMSW; 0 for CLTS.",
    },
    {
      id: "C6",
      text: "Reasons 10 and 12 are CPUID and HLT, 1 an external interrupt, 7 an open interrupt window. Any other reason is `unknown`.",
    },
    {
      id: "C7",
      text: "Reason 0 is an exception, if bits 10:8 of the interruption information are 3 or 6; its vector is in bits 7:0, and its error code counts when bit 11 is set, else it is null. Anything else with reason 0 is `unknown`.",
    },
    {
      id: "C8",
      text: "RIP moves on by `length` after `io`, `control`, `cpuid` and `hlt`: the hypervisor has done what the instruction would have done. After everything else by 0.",
    },
    {
      id: "C9",
      text: "First of all comes what was being delivered: when bit 31 of `vectoring` is set, `information` is `vectoring` with bit 12 clear, and `error` is `vectoringError` where bit 11 is set, else 0.",
    },
    {
      id: "C10",
      text: "Then an exception: valid (bit 31), type 3 in bits 10:8, the vector in bits 7:0; bit 11 where it has an error code, and `error` is that. The breakpoint and overflow exceptions, vectors 3 and 4, have type 6.",
    },
    { id: "C11", text: "Then an NMI, unless the guest is in an NMI handler: valid, type 2, vector 2." },
    {
      id: "C12",
      text: "Then an external interrupt, if the guest is interruptible: valid, type 0, its vector.",
    },
    {
      id: "C13",
      text: "`window` is true when an external interrupt waits and is not what is injected now. When nothing is injected, `information` and `error` are 0. `information` is unsigned.",
    },
  ],
  parts: [
    { id: "controls", title: "Step 1, what the processor allows", points: 2 },
    { id: "exits", title: "Step 2, why it came back", points: 4 },
    { id: "inject", title: "Step 3, what the guest gets", points: 4 },
    { id: "guest", title: "Step 4, a guest", points: 3 },
  ],
  limits: { seconds: 3, megabytes: 512 },
});
