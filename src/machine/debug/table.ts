/** Steps as a notebook shows them: a table in HTML, and the tracer's lines where there is only text. */
import { formatAddress, formatStep, type Step } from "./step.ts";

/** The method under which a value tells a notebook's kernel how it looks: a bundle of MIME types. */
const MIME = Symbol.for("ringlab.mime");
const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

const escaped = (text: string) => text.replace(/[&<>]/g, (character) => ENTITIES[character] as string);

/** Gives a step, or several, its looks; otherwise it stays what it is. `now` is the number of the first one. */
export function shownAsTable<T extends Step | readonly Step[]>(value: T, now: number): T {
  const steps: readonly Step[] = Array.isArray(value) ? value : [value as Step];
  const bundle = () => ({
    "text/html": html(steps, now),
    "text/plain": steps.map(formatStep).join("\n"),
  });
  return Object.defineProperty(value, MIME, { value: bundle });
}

function html(steps: readonly Step[], now: number): string {
  const heads = ["step", "address", "instruction", "changed", "what happened"];
  const head = heads.map((text) => `<th scope="col" style="text-align:left">${text}</th>`).join("");
  return `<table><thead><tr>${head}</tr></thead><tbody>${steps.map((step, n) => row(step, now + n)).join("")}</tbody></table>`;
}

function row({ at, text, changes, deliveries, interrupted, events }: Step, number: number): string {
  const changed = changes.map(
    ({ name, before, after }) => `${name} <s>${before.toString(16)}</s> <b>${after.toString(16)}</b>`,
  );
  const cells = [
    number.toLocaleString("en-US"),
    `<code>${formatAddress(at)}</code>`,
    interrupted ? "<i>interrupted</i>" : `<code>${escaped(text)}</code>`,
    changed.join(", "),
    escaped([...deliveries, ...events].join(", ")),
  ];
  return `<tr>${cells.map((cell) => `<td style="text-align:left">${cell}</td>`).join("")}</tr>`;
}
