/** The contract of the lab: component, clauses, parts. Everything else is made from it. */
import { z } from "zod";
import { defineLab, type Lab } from "../../src/course/index.ts";
import type { Walker } from "./component.ts";

/** Words of a page. */
export const PAGE = 16;

export const LAB: Lab<Walker> = defineLab<Walker>({
  id: "00-template",
  // TODO A question is a good title.
  title: "Where is page 3?",
  component: {
    translate: {
      doc: "Translates addresses, one after the other.",
      parameters: [
        { name: "addresses", type: "readonly number[]", doc: "virtual addresses" },
        {
          name: "table",
          type: "Table",
          doc: "the page table, and how many `pages` it has",
          port: {
            read: {
              doc: "Reads the entry of a page. Every read is counted.",
              parameters: [{ name: "page", type: "number", schema: z.number().int() }],
              returns: "number",
            },
          },
        },
      ],
      returns: {
        type: '(number | "absent" | "beyond")[]',
        doc: "an answer for each address, in their order",
        schema: z.array(z.union([z.number(), z.enum(["absent", "beyond"])])),
      },
    },
  },
  // TODO A clause is one sentence that can be broken. Checks, hidden tests and mutants cite it by its number.
  clauses: [
    {
      id: "C1",
      text: `An address is ${PAGE} · page + offset. Where the page is present (bit 0 of its entry is set), the answer is ${PAGE} · frame + offset; the frame is the rest of the entry.`,
    },
    { id: "C2", text: 'Where the page is not present, the answer is "absent".' },
    {
      id: "C3",
      text: 'Where the table has no such page, the answer is "beyond", and the table is not asked.',
    },
    { id: "C4", text: "No entry is read twice." },
  ],
  // TODO A part is one step of the lab, and has a check in the notebook.
  parts: [
    { id: "frames", title: "Step 1, page and offset", points: 2 },
    { id: "faults", title: "Step 2, pages that are not there", points: 2 },
    { id: "reads", title: "Step 3, few reads", points: 2 },
  ],
  limits: { seconds: 2, megabytes: 256 },
});
