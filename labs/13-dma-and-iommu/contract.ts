/** What the student of lab 13 hands in (component.ts), declared once. */
import { z } from "zod";
import { defineLab, type Lab } from "../../src/course/index.ts";
import type { DmaProtection } from "./component.ts";

const whole = z.number().int();
const table = { name: "table", type: "number", schema: whole } as const;
const index = { name: "index", type: "number", schema: whole } as const;
const entry = { name: "entry", type: "number", schema: whole } as const;
const page = { name: "page", type: "number", schema: whole } as const;

type Component = Lab<DmaProtection>["component"];
const given = { name: "page", type: "number", doc: "the page, of 27 bits" } as const;

const tables: Component["unmap"]["parameters"][1] = {
  name: "tables",
  type: "Tables",
  doc: "the device's page tables",
  port: {
    root: { doc: "The address of the table of level 3.", parameters: [], returns: "number" },
    read: { doc: "An entry, 0 when there is nothing.", parameters: [table, index], returns: "number" },
    write: { doc: "Writes an entry.", parameters: [table, index, entry], returns: "void" },
    make: { doc: "The address of a new table of zeros.", parameters: [], returns: "number" },
  },
};

const flushes: Component["retire"]["parameters"][2] = {
  name: "flushes",
  type: "Flushes",
  doc: "the remapping unit, and the pages that wait",
  port: {
    waiting: { doc: "How many pages wait.", parameters: [], returns: "number" },
    wait: { doc: "One more page waits.", parameters: [page], returns: "void" },
    flushPage: { doc: "The unit forgets one page.", parameters: [page], returns: "void" },
    flushDomain: { doc: "The unit forgets all pages of the device.", parameters: [], returns: "void" },
    release: { doc: "The page may be given out again.", parameters: [page], returns: "void" },
    releaseWaiting: {
      doc: "All that wait may be given out again, and do not wait any more.",
      parameters: [],
      returns: "void",
    },
  },
};

const truth = { type: "boolean", schema: z.boolean() } as const;

export const LAB: Lab<DmaProtection> = defineLab<DmaProtection>({
  id: "13-dma-and-iommu",
  title: "What a device may reach",
  component: {
    map: {
      doc: "Lets the device reach a frame at one of its pages.",
      parameters: [
        given,
        { name: "frame", type: "number", doc: "the frame's number; its address is 4096 times as much" },
        { name: "writable", type: "boolean", doc: "whether the device may write to it" },
        tables,
      ],
      returns: { ...truth, doc: "false when the page is mapped already" },
    },
    unmap: {
      doc: "Takes a page away from the device.",
      parameters: [given, tables],
      returns: { ...truth, doc: "false when it was not mapped" },
    },
    retire: {
      doc: "Sees to it that the unit forgets a page that was unmapped just now.",
      parameters: [given, { name: "limit", type: "number", doc: "how many may wait for one flush" }, flushes],
      returns: { type: "void", doc: "", schema: z.undefined() },
    },
    interrupt: {
      doc: "Decides on an interrupt message.",
      parameters: [
        {
          name: "message",
          type: "Message",
          doc: "who sent it (`requester`), `remappable` or not, and its `value`",
        },
        {
          name: "entries",
          type: "readonly Entry[]",
          doc: "the table: `present`, `requester`, `anyFunction`, `vector`",
        },
        { name: "old", type: "boolean", doc: "whether messages of the old format pass" },
      ],
      returns: { type: "number", doc: "the vector, or −1 when it is blocked", schema: whole },
    },
  },
  clauses: [
    {
      id: "C1",
      text: "There are three levels. A page's 27 bits are three indices of 9 bits; the highest bits are the index in the root, the table of level 3.",
    },
    { id: "C2", text: "A table is made where none is, and nowhere else. Its entry is its address + 3." },
    { id: "C3", text: "The last entry is the frame's address + 1, and 2 more when the device may write." },
    {
      id: "C4",
      text: "A page that is mapped already stays as it is: `map` writes nothing and returns false.",
    },
    { id: "C5", text: "`unmap` writes 0 to the page's last entry, and to no other, and returns true." },
    { id: "C6", text: "A page that is not mapped: `unmap` writes and makes nothing and returns false." },
    {
      id: "C7",
      text: "With a limit of 1, `retire` flushes the page and then releases it. It never waits.",
    },
    {
      id: "C8",
      text: "With a greater limit the page waits. When as many wait as the limit says, there is one flush of the domain.",
    },
    { id: "C9", text: "What waits is released after that flush, all at once, and never before." },
    {
      id: "C10",
      text: "A message of the old format gives its value as the vector when `old` is set; otherwise it is blocked.",
    },
    {
      id: "C11",
      text: "A message that names no entry of the table, or one that is not present, is blocked.",
    },
    {
      id: "C12",
      text: "The entry's requester must be the sender. With `anyFunction` the three lowest bits are not compared.",
    },
    { id: "C13", text: "What passes raises the entry's vector." },
  ],
  parts: [
    { id: "map", title: "Step 1, tables for a device", points: 4 },
    { id: "unmap", title: "Step 2, and away again", points: 3 },
    { id: "flush", title: "Step 3, forget", points: 4 },
    { id: "interrupt", title: "Step 4, whose interrupt is it", points: 4 },
  ],
  limits: { seconds: 3, megabytes: 512 },
});
