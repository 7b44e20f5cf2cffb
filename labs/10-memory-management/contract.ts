/** What the student of lab 10 hands in (component.ts), declared once. */
import { z } from "zod";
import { defineLab, type Lab } from "../../src/course/index.ts";
import type { MemoryManagement } from "./component.ts";

const whole = z.number().int();
const page = { name: "page", type: "number", schema: whole } as const;
const frame = { name: "frame", type: "number", schema: whole } as const;
const other = { name: "other", type: "number", schema: whole } as const;
const hash = { name: "hash", type: "number", schema: whole } as const;

type Component = Lab<MemoryManagement>["component"];
const held = { doc: "The frame that holds a page.", parameters: [page], returns: "number" } as const;

const sharing: Component["scan"]["parameters"][1] = {
  name: "sharing",
  type: "Sharing",
  doc: "what you may ask and order",
  port: {
    frame: { ...held, parameters: [page] },
    hash: { doc: "The hash of a frame's content, as it is now.", parameters: [frame], returns: "number" },
    equal: {
      doc: "Whether two frames hold the same 4096 bytes.",
      parameters: [frame, other],
      returns: "boolean",
    },
    isShared: {
      doc: "Whether the frame is shared, and read-only.",
      parameters: [frame],
      returns: "boolean",
    },
    find: {
      doc: "The frame remembered under a hash, or null.",
      parameters: [hash],
      returns: "number | null",
    },
    remember: { doc: "Remembers a frame under a hash.", parameters: [hash, frame], returns: "void" },
    share: {
      doc: "The page has the other frame from now on; that is shared.",
      parameters: [page, frame],
      returns: "void",
    },
  },
};

const parting: Component["write"]["parameters"][1] = {
  name: "parting",
  type: "Parting",
  doc: "what you may ask and order",
  port: {
    frame: { ...held, parameters: [page] },
    users: { doc: "How many pages have the frame.", parameters: [frame], returns: "number" },
    copy: { doc: "The page gets a frame of its own with a copy.", parameters: [page], returns: "void" },
    own: { doc: "The page's frame is not shared any more.", parameters: [page], returns: "void" },
  },
};

export const LAB: Lab<MemoryManagement> = defineLab<MemoryManagement>({
  id: "10-memory-management",
  title: "More memory than there is",
  component: {
    targets: {
      doc: "Decides how many pages each machine gets.",
      parameters: [
        {
          name: "claims",
          type: "readonly Claim[]",
          doc: "of each machine its `shares`, the `pages` that it has when there is enough, its `min` and its `active` fraction",
        },
        { name: "available", type: "number", doc: "pages that there are for all of them" },
        { name: "tax", type: "number", doc: "the tax rate on idle memory, from 0 to below 1" },
      ],
      returns: {
        type: "number[]",
        doc: "pages for each, in their order",
        schema: z.array(whole),
      },
    },
    scan: {
      doc: "Looks at one page for the host: is there another one like it?",
      parameters: [{ name: "page", type: "number", doc: "the page" }, sharing],
      returns: { type: "void", doc: "", schema: z.undefined() },
    },
    write: {
      doc: "Makes a page ready to be written whose frame is shared.",
      parameters: [{ name: "page", type: "number", doc: "the page" }, parting],
      returns: { type: "void", doc: "", schema: z.undefined() },
    },
  },
  clauses: [
    {
      id: "C1",
      text: "Each begins with its `pages`. As long as all together have more than `available`, one of them gives one page; then it is looked at anew.",
    },
    {
      id: "C2",
      text: "The one gives that pays the least for its pages: the fewest `shares` for each page that it has now.",
    },
    {
      id: "C3",
      text: "Nobody gives below its `min`; the others give instead. When nobody can give any more, that is the answer, even if it is too much.",
    },
    { id: "C4", text: "Of those that pay the same, the first in the list gives." },
    {
      id: "C5",
      text: "A page that is not used counts k = 1 / (1 − tax) times: of a machine with P pages and the active fraction f the price is shares / (P · (f + k · (1 − f))).",
    },
    { id: "C6", text: "`scan` leaves a page alone whose frame is shared already, without a hash." },
    {
      id: "C7",
      text: "The page's frame is hashed, once. When nothing is remembered under the hash, the frame is.",
    },
    { id: "C8", text: "When the frame itself is remembered there, nothing is to be done." },
    {
      id: "C9",
      text: "Another frame that is not shared may have been written since: it is hashed again. When its hash is another one now, the page's frame takes its place under the hash. A shared frame is not hashed again.",
    },
    {
      id: "C10",
      text: "What has the same hash is compared in full. When it is equal, the page shares that frame.",
    },
    { id: "C11", text: "When it is not equal, everything stays as it is." },
    {
      id: "C12",
      text: "`write`: as long as the frame has several users, the page gets a copy, and the others keep the frame.",
    },
    { id: "C13", text: "The last user needs no copy: the frame becomes its own." },
  ],
  parts: [
    { id: "shares", title: "Step 1, who gives", points: 4 },
    { id: "tax", title: "Step 2, idle memory is dear", points: 2 },
    { id: "scan", title: "Step 3, the same page again", points: 5 },
    { id: "write", title: "Step 4, and apart again", points: 3 },
  ],
  limits: { seconds: 3, megabytes: 512 },
});
