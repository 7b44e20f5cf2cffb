/** What the student of lab 11 hands in (component.ts), declared once. */
import { z } from "zod";
import { defineLab, type Lab } from "../../src/course/index.ts";
import type { VirtqueueDevice } from "./component.ts";

const number = z.number();
const at = { name: "at", type: "number", schema: number } as const;
const fault = z.enum(["outside", "index", "head", "loop", "order", "length", "indirect"]);
const segments = z.array(z.object({ address: number, length: number }));

type Next = Lab<VirtqueueDevice>["component"]["next"]["parameters"];

const queue: Next[0] = {
  name: "queue",
  type: "Queue",
  doc: "its `size`, the addresses `descriptors`, `available` and `used`, and whether `indirect` and `eventIndex` were negotiated",
};
const position: Next[1] = {
  name: "position",
  type: "Position",
  doc: "the next `available` and `used` entry, and `told`: what `used` was when `tells` was last asked; 0 … 65535",
};
const memory: Next[2] = {
  name: "memory",
  type: "Memory",
  doc: "the guest's memory",
  port: {
    read: {
      doc: "A little-endian number; −1 when it is not in memory.",
      parameters: [at, { name: "bytes", type: "2 | 4 | 8", schema: z.literal([2, 4, 8]) }],
      returns: "number",
    },
    write: {
      doc: "False: it is not in memory.",
      parameters: [
        at,
        { name: "bytes", type: "2 | 4", schema: z.literal([2, 4]) },
        { name: "value", type: "number", schema: number },
      ],
      returns: "boolean",
    },
  },
};

export const LAB: Lab<VirtqueueDevice> = defineLab<VirtqueueDevice>({
  id: "11-virtio",
  title: "Fewer exits than requests",
  component: {
    next: {
      doc: "Looks for the next chain in the available ring.",
      parameters: [queue, position, memory],
      returns: { type: "number | Fault | null", doc: "its head", schema: z.union([number, fault, z.null()]) },
    },
    buffer: {
      doc: "Follows a chain.",
      parameters: [queue, { name: "head", type: "number", doc: "its first descriptor" }, memory],
      returns: {
        type: "Buffer | Fault",
        doc: "its segments, `readable` and `writable`",
        schema: z.union([z.object({ readable: segments, writable: segments }), fault]),
      },
    },
    give: {
      doc: "Gives a chain back.",
      parameters: [
        queue,
        position,
        { name: "head", type: "number", doc: "its first descriptor" },
        { name: "written", type: "number", doc: "bytes that the device has written" },
        memory,
      ],
      returns: { type: "boolean", doc: "whether the ring is in memory", schema: z.boolean() },
    },
    tells: {
      doc: "Decides about an interrupt.",
      parameters: [queue, position, memory],
      returns: { type: "boolean", doc: "whether there is one", schema: z.boolean() },
    },
  },
  clauses: [
    {
      id: "C1",
      text: "`next`: there is none (null) while the available ring's index equals `position.available`.",
    },
    {
      id: "C2",
      text: "The head is in the entry `position.available` modulo the size. Indices go on from 65535 to 0.",
    },
    {
      id: "C3",
      text: "An index that is more than a queue's size ahead of `position.used`, or of `position.available`, is the fault `index`; exactly a size ahead is right.",
    },
    { id: "C4", text: "What cannot be read of the available ring is the fault `outside`." },
    {
      id: "C5",
      text: "`buffer` goes from the head along `next` as long as NEXT (1) is set, and lists segments in order: WRITE (2) tells the writable.",
    },
    {
      id: "C6",
      text: "An index that is not in the table is the fault `head`; a descriptor that is not in memory, `outside`.",
    },
    { id: "C7", text: "More segments than the queue's size is the fault `loop`; just as many is right." },
    { id: "C8", text: "A readable segment after a writable one is the fault `order`." },
    { id: "C9", text: "More than 2³² bytes in all is the fault `length`." },
    {
      id: "C10",
      text: "A descriptor with INDIRECT (4) is no segment: the chain goes on at entry 0 of the table at its address, of length / 16 entries. Direct descriptors may come before it; its WRITE means nothing.",
    },
    {
      id: "C11",
      text: "The fault `indirect`: it was not negotiated, it is in such a table itself, it has NEXT as well, or its length is 0 or no multiple of 16.",
    },
    {
      id: "C12",
      text: "`give` writes head and length (4 bytes each) into the entry `position.used` modulo the size, and the used ring's index, one more, after both.",
    },
    { id: "C13", text: "It is false when the ring is not in memory." },
    {
      id: "C14",
      text: "`tells` without the event index: not when bit 0 of the available ring's flags is set.",
    },
    {
      id: "C15",
      text: "With it the flags are ignored: only when the entry numbered used_event (behind the available ring) was given since `told`.",
    },
    {
      id: "C16",
      text: "With it `next` writes the number of the entry after the one it found to avail_event (behind the used ring).",
    },
  ],
  parts: [
    { id: "next", title: "Step 1, what is new", points: 3 },
    { id: "chain", title: "Step 2, along a chain", points: 4 },
    { id: "indirect", title: "Step 3, a table somewhere else", points: 3 },
    { id: "give", title: "Step 4, and back", points: 2 },
    { id: "tell", title: "Step 5, to tell or not to tell", points: 3 },
  ],
  limits: { seconds: 3, megabytes: 512 },
});
