/**
 * Random operations on groups that have controllers: the model against another kernel, in a machine of its own. As record-in-vm.ts:
 *
 *     RINGLAB_OS_ROUNDS=80 node test/virt/os/real/random-in-vm.ts KERNEL [MODULE…]
 */
import { POLICIES } from "../../../../src/virt/os/policies.ts";
import { World } from "../../../../src/virt/os/script.ts";
import { groupLines } from "./random-groups.ts";
import { performInVm } from "./vm.ts";

const [kernel, ...modules] = process.argv.slice(2);
if (!kernel) throw new Error("which kernel? random-in-vm KERNEL [MODULE…]");
const rounds = Array.from({ length: Number(process.env.RINGLAB_OS_ROUNDS ?? 20) }, (_, i) =>
  groupLines(i + 1, 150, true),
);
for (const options of ["", "nsdelegate"]) {
  const answers = performInVm(kernel, rounds, modules, options);
  for (const [i, lines] of rounds.entries()) {
    const world = new World(POLICIES, options !== "");
    const at = lines.findIndex((line, j) => world.perform(line) !== answers[i]![j]);
    if (at >= 0) throw new Error(`seed ${i + 1} ${options}: ${lines[at]} => ${answers[i]![at]}`);
  }
}
console.log(`${rounds.length} rounds of ${rounds[0]!.length} lines and more agree, and with nsdelegate`);
