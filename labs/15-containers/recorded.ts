/** Cases that a real kernel was asked: each line with its answer. */

export interface Recorded {
  readonly kind: string;
  readonly lines: readonly string[];
  readonly answers: readonly string[];
}

/** "# KIND NUMBER" begins a case; "init: mkdir /a 755 => ok" is a line of it. */
export function parseRecorded(text: string): Recorded[] {
  return text
    .split(/^# /m)
    .slice(1)
    .map((part) => {
      const [title, ...steps] = part.trim().split("\n");
      const parted = steps.map((step) => step.split(" => ") as [string, string]);
      const kind = title!.slice(0, title!.lastIndexOf(" "));
      return { kind, lines: parted.map(([line]) => line), answers: parted.map(([, answer]) => answer) };
    });
}

/** What the scenario `kernel` shows for it. */
export const showRecorded = ({ lines, answers }: Recorded): string[] =>
  lines.map((line, at) => `${line} → ${answers[at]}`);
