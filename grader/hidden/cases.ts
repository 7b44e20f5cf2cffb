/**
 * Cases that tell right from wrong. Drawn at random, most cases tell nothing: whoever answers "no" to everything is right
 * nearly always. So a test is drawn against slips, which are ways to misread a clause: it holds cases on which its own slips give a
 * wrong answer, none on which another slip does, and no answer that is right more than half of the time.
 */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** A whole number from 0, below the one given. */
export type Draw = (below: number) => number;

/** A stream of its own for each test, so that a new test changes no other one. */
export function drawFor(seed: number, test: string): Draw {
  const hash = [...test].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, seed | 0);
  const generator = xoroshiro128plus(hash);
  return (below) => uniformInt(generator, 0, below - 1);
}

export const one = <T>(draw: Draw, of: readonly T[]): T => of[draw(of.length)]!;

/** What is asked about a case, what is right, and how someone answers who misread a clause. */
export interface Question<T, A, Slip extends string> {
  slips: readonly Slip[];
  answer(subject: T, slip?: Slip): A;
}

export interface Wanted<T, Slip> {
  count: number;
  draw(): T;
  /** Each of them is wrong on `each` of the cases or more. */
  shows: readonly Slip[];
  each?: number;
  /** Slips that may be wrong on some of them as well; all others are right. */
  mayShow?: readonly Slip[];
}

/** Draws until it is given up. */
const PATIENCE = 50_000;

/**
 * The drawn cases, in an order that tells nothing.
 * @throws Error when there are no such cases, or next to none
 */
export function drawCases<T, A, Slip extends string>(
  { slips, answer }: Question<T, A, Slip>,
  wanted: Wanted<T, Slip>,
  draw: Draw,
): { subjects: T[]; answers: A[] } {
  const { count, shows, mayShow = [], each = 2 } = wanted;
  const forbidden = slips.filter((slip) => !shows.includes(slip) && !mayShow.includes(slip));
  const lacking = new Map(shows.map((slip) => [slip, each]));
  const given = new Map<string, number>();
  const found: { subject: T; right: A }[] = [];
  for (let tries = 0; found.length < count; tries++) {
    if (tries > PATIENCE)
      throw new Error(`Cannot draw ${count} cases against ${shows.join(", ")}: ${found.length} were found.`);
    const subject = wanted.draw();
    const right = answer(subject);
    const text = JSON.stringify(right);
    const isWrong = (slip: Slip) => JSON.stringify(answer(subject, slip)) !== text;
    const useful = shows.filter((slip) => lacking.get(slip)! > 0 && isWrong(slip));
    const owed = [...lacking.values()].reduce((sum, missing) => sum + missing, 0);
    if (useful.length === 0 && (found.length + owed >= count || (given.get(text) ?? 0) >= count / 2))
      continue;
    if (forbidden.some(isWrong)) continue;
    for (const slip of useful) lacking.set(slip, lacking.get(slip)! - 1);
    given.set(text, (given.get(text) ?? 0) + 1);
    found.push({ subject, right });
  }
  shuffle(found, draw);
  return { subjects: found.map(({ subject }) => subject), answers: found.map(({ right }) => right) };
}

export function shuffle(list: unknown[], draw: Draw): void {
  for (let last = list.length - 1; last > 0; last--) {
    const other = draw(last + 1);
    [list[last], list[other]] = [list[other], list[last]];
  }
}
