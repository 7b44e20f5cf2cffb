/**
 * Over 20,000 random instruction sequences in real, protected, virtual-8086, compatibility and 64-bit mode end as QEMU's
 * processor ended them (test/oracle; recorded by npm run oracle:record): the first quarter, or all with RINGLAB_WIDE=all. To see a
 * case on QEMU itself:
 *
 *     npm run oracle -- --seed 2026 --world long --cases 8000
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ended, runBatch } from "../oracle/batch.ts";
import { code } from "../oracle/describe.ts";
import { drawCases } from "../oracle/generate/generate.ts";
import { runOurs } from "../oracle/ours.ts";
import { digestOf, ENTRY_SIZE, hashes, PARTS, readRecording } from "../oracle/recording.ts";
import { build, programs } from "../oracle/world.ts";
import { WIDE } from "../support/wide.ts";

const { header, entries } = readRecording(readFileSync(join(import.meta.dirname, "../oracle/recorded.bin")));
const view = new DataView(entries.buffer, entries.byteOffset, entries.byteLength);

test("at least 20,000 cases are recorded, in all worlds", () => {
  expect(header.chapters.map(({ world }) => world)).toEqual(["real", "flat", "legacy", "pae", "long"]);
  expect(header.chapters.reduce((sum, { kept }) => sum + kept, 0)).toBeGreaterThanOrEqual(20_000);
});

let first = 0;
for (const { world, cases: count, kept, fresh, digest } of header.chapters) {
  const start = first;
  first += count;
  const share = WIDE ? 1 : 1 / 4;
  test(`${world}: ${Math.round(kept * share)} cases end as on QEMU`, { timeout: 300_000 }, async () => {
    const ground = build(world, header.seed, programs());
    const cases = drawCases(world, ground, header.seed, count);
    expect(digestOf(cases), "the generator draws other cases now: npm run oracle:record").toBe(digest);
    const begun = cases.slice(0, Math.round(count * share));
    const { results } = await runBatch(
      runOurs,
      ground,
      begun,
      new Set(fresh.filter((at) => at < begun.length)),
    );
    const wrong: string[] = [];
    let compared = 0;
    for (const [i, of] of begun.entries()) {
      const at = (start + i) * ENTRY_SIZE;
      if (view.getUint8(at) === 0) continue;
      compared++;
      const result = results[i]!;
      if (ended(result)) {
        wrong.push(`case ${i}: ${result.end}, ${result.detail}\n${code(of)}`);
        continue;
      }
      const parts = hashes(of, result);
      const differ = PARTS.filter((_, part) => view.getUint16(at + 2 + 2 * part, true) !== parts[part]);
      if (differ.length > 0)
        wrong.push(
          `case ${i}: ${differ.join(", ")}; vector ${result.vector}, QEMU's ${view.getUint8(at + 1)}\n${code(of)}`,
        );
    }
    expect(Math.abs(compared - kept * share)).toBeLessThan(WIDE ? 1 : 0.02 * kept);
    expect(wrong.slice(0, 5), `${wrong.length} cases differ`).toEqual([]);
  });
}
