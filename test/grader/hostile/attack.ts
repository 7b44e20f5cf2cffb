/** An attack is a submission for lab 01. Whoever gets at something shouts `GOT …`: in an exception, which public checks show. */

export interface Attack {
  name: string;
  /** Code of component.ts. Where it exports no component, one that answers wrongly is added. */
  code: string;
  /** What becomes of it, where that is certain; otherwise it must just get no point and do no harm. */
  becomes?: "timeout" | "memory" | "crashed" | "divergence" | "failed" | "refused";
  /** Calls of classify go on until the limits, at every test in the same way: one test shows it. */
  lengthy?: true;
}

/** Answers that are wrong for every test. */
const WRONG = `
const never = { s: false, u: false };
const answers = {
  classify: () => ({ privileged: false, control: never, location: never, mode: false }),
  virtualizable: () => ({ virtualizable: true, hybrid: true, breaks: [], breaksHybrid: [] }),
};
`;

export const sourceOf = ({ code }: Attack): string =>
  /export const component|export \{ component/.test(code)
    ? `${WRONG}${code}`
    : `${WRONG}${code}\nexport const component = answers;\n`;

/** Says what an expression gives, or nothing when it throws. */
export const shout = (expression: string): string => `
try {
  const got = ${expression};
  if (got !== undefined) answers.classify = () => { throw new Error("GOT " + String(got).slice(0, 300)); };
} catch {}
`;
