/** What the student of lab 08 hands in (component.ts), declared once. */
import { z } from "zod";
import { defineLab, type Lab, type ParameterDeclaration } from "../../src/course/index.ts";
import type { Guest, Shadow, ShadowPaging } from "./component.ts";

const number = (name: string) => ({ name, type: "number", schema: z.number().int() }) as const;
const level = { name: "level", type: "1 | 2", schema: z.union([z.literal(1), z.literal(2)]) } as const;
const nothing = { type: "void", doc: "nothing", schema: z.undefined() } as const;

const guest: ParameterDeclaration<Guest> = {
  name: "guest",
  type: "Guest",
  doc: "the guest's tables and memory",
  port: {
    root: { doc: "Frame of the directory in CR3.", parameters: [], returns: "number" },
    read: {
      doc: "An entry of a guest's table.",
      parameters: [number("table"), number("index")],
      returns: "number",
    },
    mark: {
      doc: "Sets bits of an entry.",
      parameters: [number("table"), number("index"), number("bits")],
      returns: "void",
    },
    isMemory: {
      doc: "Whether a frame is memory, and no device's.",
      parameters: [number("frame")],
      returns: "boolean",
    },
  },
};

const shadow: ParameterDeclaration<Shadow> = {
  name: "shadow",
  type: "Shadow",
  doc: "the shadow tables, which the real processor walks",
  port: {
    of: {
      doc: "The shadows of a guest's frame.",
      parameters: [number("frame")],
      returns: "readonly ShadowTable[]",
    },
    make: {
      doc: "Makes an empty shadow of a guest's table; its host frame.",
      parameters: [number("frame"), level],
      returns: "number",
    },
    read: {
      doc: "An entry of a shadow.",
      parameters: [number("table"), number("index")],
      returns: "number",
    },
    write: {
      doc: "Writes an entry of a shadow; 0 is a hole.",
      parameters: [number("table"), number("index"), number("entry")],
      returns: "void",
    },
    present: {
      doc: "Indices of a shadow's entries that are not holes.",
      parameters: [number("table")],
      returns: "readonly number[]",
    },
    mappings: {
      doc: "The places in shadows of page tables that map a guest's frame.",
      parameters: [number("frame")],
      returns: "readonly Place[]",
    },
    host: {
      doc: "Host frame of a guest's frame of memory.",
      parameters: [number("frame")],
      returns: "number",
    },
    isTraced: {
      doc: "Whether the monitor is told of what is written to a guest's frame.",
      parameters: [number("frame")],
      returns: "boolean",
    },
    trace: {
      doc: "From now on it is, or is not.",
      parameters: [number("frame"), { name: "on", type: "boolean", schema: z.boolean() }],
      returns: "void",
    },
    unsynced: {
      doc: "The guest's frames that have a shadow and are not traced.",
      parameters: [],
      returns: "readonly number[]",
    },
    load: {
      doc: "CR3 of the real processor: a directory's shadow.",
      parameters: [number("table")],
      returns: "void",
    },
  },
};

export const LAB: Lab<ShadowPaging> = defineLab<ShadowPaging>({
  id: "08-shadow-paging",
  title: "Whose page table is it?",
  component: {
    onFault: {
      doc: "Answers a page fault of the real processor.",
      parameters: [
        {
          name: "fault",
          type: "Fault",
          doc: "the linear `address`, and whether it was a `write` and the `user`'s",
        },
        guest,
        shadow,
      ],
      returns: {
        type: "Verdict",
        doc: "`retry`, `guest` with an error code, or `emulate`",
        schema: z.discriminatedUnion("kind", [
          z.object({ kind: z.literal("retry") }),
          z.object({ kind: z.literal("guest"), error: z.number() }),
          z.object({ kind: z.literal("emulate") }),
        ]),
      },
    },
    onPtWrite: {
      doc: "An entry of a traced table was written.",
      parameters: [
        { name: "frame", type: "number", doc: "the table's frame" },
        { name: "index", type: "number", doc: "the entry's index" },
        guest,
        shadow,
      ],
      returns: nothing,
    },
    onCr3: {
      doc: "The guest has loaded CR3.",
      parameters: [guest, shadow],
      returns: nothing,
    },
    onInvlpg: {
      doc: "The guest has executed INVLPG.",
      parameters: [{ name: "address", type: "number", doc: "the linear address" }, guest, shadow],
      returns: nothing,
    },
  },
  clauses: [
    {
      id: "C1",
      text: "An address is walked through the guest's tables: bits 31:22 are the index in the directory, bits 21:12 that in the page table. Where an entry is not present, the verdict is `guest`; bit 1 of the error code is set for a write, bit 2 for the user.",
    },
    {
      id: "C2",
      text: "A write needs W, and the user needs U, in both entries. Where they are missing, the verdict is `guest`, with bit 0 of the error code set as well.",
    },
    {
      id: "C3",
      text: "A of the directory's entry is set as soon as that is present. A of the page table's entry, and D for a write, are set when the access is permitted, and not before.",
    },
    {
      id: "C4",
      text: "A permitted access to memory is filled in, and tried again. The directory's shadow has the host frame of the page table's shadow, P, and W and U of the guest's entry. The page table's shadow has the page's host frame, P, U of the guest's entry; and W where the guest's entry has W and D and the page is not traced.",
    },
    { id: "C5", text: "What is no memory is never mapped: the verdict is `emulate`." },
    {
      id: "C6",
      text: "A guest's table has one shadow for each level at which it is used. As soon as one is made, the frame is traced, and no shadow maps it writable any more.",
    },
    {
      id: "C7",
      text: "A permitted write to a traced frame that has the shadow of a directory has the verdict `emulate`.",
    },
    {
      id: "C8",
      text: "When an entry of a traced table was written, its shadow in a page table is what C4 says of the new entry, if that is present, has A, and leads to memory; else it is a hole. Its shadow in a directory is a hole.",
    },
    {
      id: "C9",
      text: "After CR3 was loaded the processor walks the directory's shadow: the one that there is, with all that is in it, else a new one.",
    },
    {
      id: "C10",
      text: "A permitted write to a traced frame that has only the shadow of a page table: the frame is traced no more, and the page is mapped as C4 says. The table is out of sync.",
    },
    {
      id: "C11",
      text: "When CR3 is loaded, every table that is out of sync is traced again, no shadow maps it writable, and each entry of its shadow that is no hole becomes what C8 says.",
    },
    {
      id: "C12",
      text: "At INVLPG the entry for the address, if its page table is out of sync, gets the shadow that C8 says. Nothing else changes.",
    },
    {
      id: "C13",
      text: "Before an entry of a directory's shadow leads to a page table's shadow to which it did not lead before, that table is brought in sync as in C11.",
    },
  ],
  parts: [
    { id: "fault", title: "Step 1, the guest's tables decide", points: 4 },
    { id: "trace", title: "Step 2, nobody writes unseen", points: 4 },
    { id: "spaces", title: "Step 3, another process", points: 2 },
    { id: "unsync", title: "Step 4, out of sync", points: 5 },
  ],
  limits: { seconds: 5, megabytes: 512 },
});
