/** What the student of lab 04 hands in (component.ts), declared once. */
import { z } from "zod";
import { defineLab, type Lab } from "../../src/course/index.ts";
import type { Item } from "../../src/systems/index.ts";
import type { Translator } from "./component.ts";

const PLAIN = ["copy", "callOut", "poll", "pushFlags", "popFlags", "pushSelector", "readSelector"] as const;
const whole = z.number().int();
const item: z.ZodType<Item> = z.discriminatedUnion("op", [
  z.object({ op: z.enum(PLAIN) }),
  z.object({ op: z.literal("setIf"), value: z.union([z.literal(0), z.literal(1)]) }),
  z.object({ op: z.literal("push"), value: whole }),
  z.object({ op: z.enum(["goTo", "goToIf"]), target: whole }),
  z.object({ op: z.literal("goIndirect"), returnTo: whole.optional() }),
]);

export const LAB: Lab<Translator> = defineLab<Translator>({
  id: "04-binary-translation",
  title: "Can a program be faster than itself?",
  component: {
    translate: {
      doc: "Decides what stands in the code cache for a unit of guest kernel code.",
      parameters: [
        {
          name: "unit",
          type: "readonly GuestInstruction[]",
          doc: "instructions one after the other, each with `address`, `length`, `bytes`, `text`, `mnemonic`, `kind`, `outcome` and `displacement`",
        },
      ],
      returns: {
        type: "Item[][]",
        doc: "for each instruction, the items that stand for it",
        schema: z.array(z.array(item)),
      },
    },
    chain: {
      doc: "Is called when an exit of a block has called out, and the monitor enters another block next.",
      parameters: [
        {
          name: "exit",
          type: "WayOut",
          doc: 'the exit: its `target` in the guest, its `form` ("jump" or "displacement"), and the `place` of the bytes to write',
        },
        {
          name: "entered",
          type: "Entered",
          doc: "the block: its `address` in the guest, and its `place` in the cache",
        },
      ],
      returns: {
        type: "number[] | null",
        doc: "the bytes that lead from the exit to the block, or null to leave it as it is",
        schema: z.union([z.array(z.number().int().min(0).max(255)), z.null()]),
      },
    },
    invalidate: {
      doc: "Is called when memory that holds translated code was written.",
      parameters: [
        { name: "write", type: "CodeWrite", doc: "its `address`, and the `bytes` that are there now" },
        {
          name: "blocks",
          type: "readonly BlockOnPage[]",
          doc: "blocks made from this page: `id`, `address` and `bytes` of the code that was translated, and the numbers of the `incoming` exits that are chained to the block",
        },
      ],
      returns: {
        type: "{ blocks: number[], unchain: number[] }",
        doc: "the ids of blocks that go, and the numbers of exits that call out again",
        schema: z.object({ blocks: z.array(whole), unchain: z.array(whole) }),
      },
    },
  },
  clauses: [
    {
      id: "C1",
      text: 'Translated, a fragment does what it does on the bare machine: the same events in the same order, the same registers, flags and memory. An instruction of kind `"other"` with outcome `"same"` is `copy`.',
    },
    {
      id: "C2",
      text: "A jump is `goTo`, a branch is `goToIf`, each with its target in the guest: address + length + displacement. A branch that is not taken goes on by itself.",
    },
    {
      id: "C3",
      text: "A call pushes the guest's own return address: `push` and `goTo`, or `goIndirect` with `returnTo`. `goIndirect` without it is for indirect jumps and for returns.",
    },
    {
      id: "C4",
      text: 'What `differs` outside of ring 0 is never copied. PUSHF, POPF, PUSH of a segment register and MOV from one have items of their own. All others, and what is of kind `"monitor"`, are `callOut`.',
    },
    {
      id: "C5",
      text: "What `traps` outside of ring 0 is not copied either: CLI and STI are `setIf`, all others `callOut`. So nothing in the cache faults for its ring, and nothing calls out that has an item of its own.",
    },
    {
      id: "C6",
      text: "An interrupt that waits comes after the instruction behind STI, not before it: `poll` stands after that instruction. An STI that is the last of its unit is `callOut`.",
    },
    {
      id: "C7",
      text: 'An exit of form `"jump"` becomes E9h and a distance, five bytes. Of form `"displacement"` it is the distance alone, four bytes. Distances have the low byte first, and count from the end of these bytes to the block.',
    },
    {
      id: "C8",
      text: "An exit is chained when the block entered is the one that the exit leads to, and only then: an interrupt may have come between.",
    },
    {
      id: "C9",
      text: "A block goes when the write has left another byte in the code that it was made of. No other block goes.",
    },
    { id: "C10", text: "Every exit that is chained to a block that goes calls out again." },
  ],
  parts: [
    { id: "branches", title: "Step 1, code that may stay and code that goes elsewhere", points: 3 },
    { id: "sensitive", title: "Step 2, what betrays the ring", points: 4 },
    { id: "interrupts", title: "Step 3, a waiting interrupt", points: 2 },
    { id: "chain", title: "Step 4, chains", points: 3 },
    { id: "invalidate", title: "Step 5, code that changes", points: 3 },
  ],
  limits: { seconds: 10, megabytes: 768 },
});
