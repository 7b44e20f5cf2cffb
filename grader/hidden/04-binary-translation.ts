/** Hidden tests of lab 04: fragments of each kind that nobody has seen, and how often they leave the cache. */
import type { Translator } from "../../labs/04-binary-translation/component.ts";
import { fragmentsCheck } from "../../labs/04-binary-translation/expected.ts";
import { ALL_KINDS } from "../../labs/04-binary-translation/kinds.ts";
import type { HiddenTest } from "../run/kit.ts";
import { drawFor } from "./cases.ts";

/** Fragments of a test. */
const COUNT = 4;

export function hidden(seed: number): HiddenTest<Translator>[] {
  return ALL_KINDS.map((kind) => {
    const { part, name, clause } = kind;
    const draw = drawFor(seed, `${part}: ${name}`);
    return fragmentsCheck(
      { part, clause, name },
      Array.from({ length: COUNT }, () => kind.draw(draw)),
    );
  });
}
