/** Which files of a lab students are given. What they may import, and what `ringlab release` copies, ask the same question. */

/** The reference, the wrong solutions, and how answers are graded by hand: whoever has them has the answers. */
const WITHHELD = /^(solution|mutants|rubric)$/i;
/** An allow-list: a file of another kind in a lab's folder is nobody's business until someone adds it here. */
const KINDS = /\.(ts|js|d\.ts|md|svg|png|asm)$/;

/**
 * @param labId "NN-name"
 * @param file of the lab's folder, with "/": "checks.ts", "solution.ts". Anything but a plain relative path is not released.
 */
export function isReleased(labId: string, file: string): boolean {
  if (!/^\d\d-[a-z0-9-]+$/.test(labId)) return false;
  const parts = file.split("/");
  if (!parts.every((part) => /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(part))) return false;
  return KINDS.test(file) && !parts.some((part) => WITHHELD.test(part.replace(/\..*/, "")));
}
