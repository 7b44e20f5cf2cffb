/** `ringlab labs new`: copies the template, and says what comes next. */
import { beginLab } from "../../course/build/new-lab.ts";
import { ROOT } from "../../kernel/package.ts";
import { UserError } from "../errors.ts";

export async function begin(name: string): Promise<void> {
  const { id, files } = await beginLab(ROOT, name).catch((error: Error) => {
    throw new UserError(error.message);
  });
  for (const file of files) console.log(`${file} written`);
  console.log("\nIt is complete and works. Next:");
  console.log(`  npm run build && ringlab labs build ${id} && ringlab labs verify ${id}`);
  console.log(`  grep -rn TODO labs/${id}    what is yours to change; labs/README.md says in which order`);
}
