/** What the student of lab 12 hands in (component.ts), declared once. */
import { z } from "zod";
import { defineLab, type Lab } from "../../src/course/index.ts";
import type { SplitDrivers } from "./component.ts";

const whole = z.number().int();
const number = <N extends string>(name: N) => ({ name, type: "number", schema: whole }) as const;
const use = z.object({ frame: whole, readers: whole, writers: whole });

type Component = Lab<SplitDrivers>["component"];

const entry: Component["pin"]["parameters"][2] = {
  ...{ name: "entry", type: "GrantEntry", doc: "the entry, which the other domain can write" },
  port: {
    flags: { doc: "The flags, as they are now.", parameters: [], returns: "number" },
    setFlags: { doc: "Writes the flags.", parameters: [number("flags")], returns: "void" },
    domain: { doc: "Who may, as it is now.", parameters: [], returns: "number" },
    frame: { doc: "Which page, as it is now.", parameters: [], returns: "number" },
    reach: {
      doc: "Holds the page. False: it cannot be had.",
      parameters: [number("frame"), { name: "writable", type: "boolean", schema: z.boolean() }],
      returns: "boolean",
    },
  },
};

const field = {
  name: "field",
  type: "EventField",
  schema: z.enum(["pending", "mask", "selector", "upcall"]),
} as const;

const words: Component["deliver"]["parameters"][2] = {
  ...{ name: "words", type: "EventWords", doc: "the page that the domain shares with the hypervisor" },
  port: {
    read: { doc: "A word of 32 bits.", parameters: [field, number("word")], returns: "number" },
    write: {
      doc: "Writes a word.",
      parameters: [field, number("word"), number("value")],
      returns: "void",
    },
  },
};

const index = {
  name: "index",
  type: "RingIndex",
  schema: z.enum(["req_prod", "req_event", "rsp_prod", "rsp_event"]),
} as const;

const page: Component["take"]["parameters"][2] = {
  ...{ name: "page", type: "RingPage", doc: "the ring, which the front end can write" },
  port: {
    read: { doc: "An index, as it is now.", parameters: [index], returns: "number" },
    write: { doc: "Writes an index.", parameters: [index, number("value")], returns: "void" },
    copy: {
      doc: "Copies a slot: the next request.",
      parameters: [number("slot")],
      returns: "void",
    },
    answer: {
      doc: "Writes the next answer into a slot.",
      parameters: [number("slot")],
      returns: "void",
    },
  },
};

const position: Component["take"]["parameters"][0] = {
  ...{ name: "position", type: "RingPosition" },
  doc: "the ring's `size`, `requests` copied and `responses` made visible so far; both modulo 2³²",
};

export const LAB: Lab<SplitDrivers> = defineLab<SplitDrivers>({
  id: "12-xen-split-drivers",
  title: "A driver in two halves",
  component: {
    pin: {
      doc: "May the domain use this grant?",
      parameters: [
        { name: "asked", type: "GrantAsked", doc: "the `domain` that asks, and whether `readonly`" },
        { name: "use", type: "GrantUse | null", doc: "who uses it already; null: nobody" },
        entry,
      ],
      returns: {
        type: 'GrantUse | "denied" | "no page"',
        doc: "who uses it now, or why not",
        schema: z.union([use, z.enum(["denied", "no page"])]),
      },
    },
    unpin: {
      doc: "Somebody has done with it.",
      parameters: [
        { name: "readonly", type: "boolean", doc: "one that read; false: one that wrote" },
        { name: "use", type: "GrantUse", doc: "who has used it until now" },
        entry,
      ],
      returns: {
        type: "GrantUse | null",
        doc: "who still uses it; null: nobody",
        schema: use.nullable(),
      },
    },
    deliver: {
      doc: "An event for a channel.",
      parameters: [
        { name: "channel", type: "number", doc: "0 … 1023" },
        { name: "cause", type: '"sent" | "unmasked"', doc: "what has happened" },
        words,
      ],
      returns: { type: "boolean", doc: "whether an upcall has become due", schema: z.boolean() },
    },
    take: {
      doc: "Copies new requests off the ring.",
      parameters: [position, { name: "most", type: "number", doc: "that are wanted" }, page],
      returns: { type: "boolean", doc: "false: the index cannot be", schema: z.boolean() },
    },
    push: {
      doc: "Makes answers visible.",
      parameters: [position, { name: "answers", type: "number", doc: "how many, 1 or more" }, page],
      returns: { type: "boolean", doc: "whether the front end wants an event", schema: z.boolean() },
    },
  },
  clauses: [
    {
      id: "C1",
      text: "`pin` is `denied` unless the flags permit access (flags & 3 is 1) and the entry's domain is the one that asks.",
    },
    { id: "C2", text: "It is `denied` to who wants to write when flag 4 is set. Who only reads may." },
    {
      id: "C3",
      text: "The page is the entry's frame. While the grant is in use it is the frame of `use`, whatever the entry says by now.",
    },
    {
      id: "C4",
      text: "When `reach(frame, writable)` is false there is `no page`. Whoever is refused leaves the flags as they are.",
    },
    {
      id: "C5",
      text: "Who gets it is one reader or writer more, and sets flag 8; a writer sets 16 as well. Other flags stay.",
    },
    {
      id: "C6",
      text: "`pin` reads the flags once, and the frame once: what is checked is what is used.",
    },
    { id: "C7", text: "`unpin`: one reader or writer less; null when nobody is left." },
    {
      id: "C8",
      text: "With the last writer flag 16 goes, with the last of all flag 8. Other flags stay.",
    },
    {
      id: "C9",
      text: "`deliver`, sent: when the channel's bit in `pending` is set already, nothing happens. Otherwise it is set.",
    },
    { id: "C10", text: "When the channel's bit in `mask` is set it ends there." },
    {
      id: "C11",
      text: "Then the bit of its word is set in `selector`, and if that was clear, `upcall`. An upcall has become due when `upcall` was 0 and has become 1.",
    },
    {
      id: "C12",
      text: "Unmasked: when the channel is not masked, nothing happens. Otherwise it is unmasked, and if it is pending, it goes on as in C11.",
    },
    {
      id: "C13",
      text: "`take` copies the slots of the new requests, those from `requests` up to `req_prod`, in order and each once, `most` at most. Slot: index modulo size; after 2³² − 1 comes 0.",
    },
    {
      id: "C14",
      text: "False, and nothing copied, when `req_prod` is more than a size ahead of `requests` or of `responses`. Just a size ahead is right.",
    },
    {
      id: "C15",
      text: "A look is one read of `req_prod`: what is checked is what is used.",
    },
    {
      id: "C16",
      text: "If there is nothing new it writes `requests` + 1 to `req_event`, and then looks once more. If there is, it leaves `req_event` alone.",
    },
    {
      id: "C17",
      text: "`push` writes the answers into the slots from `responses` on, and `responses` + `answers` to `rsp_prod` after all of them.",
    },
    {
      id: "C18",
      text: "After that it reads `rsp_event`: true if answer number `rsp_event` has become visible with these, modulo 2³². `rsp_event` 5 means: when there are 5.",
    },
  ],
  parts: [
    { id: "pin", title: "Step 1, may it?", points: 4 },
    { id: "unpin", title: "Step 2, is it still in use?", points: 2 },
    { id: "deliver", title: "Step 3, when is an upcall due?", points: 4 },
    { id: "take", title: "Step 4, off the ring", points: 4 },
    { id: "push", title: "Step 5, and back", points: 3 },
  ],
  limits: { seconds: 3, megabytes: 512 },
});
