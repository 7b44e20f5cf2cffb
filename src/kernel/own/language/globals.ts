/** Globals that cells have beyond Node's; the runner installs them (runner/stdin.ts). */
export const GLOBALS = `
/** Asks the person at the notebook for a line of text and waits for it. Returns null when the front end cannot ask. */
declare function prompt(message?: string): string | null;
`;
