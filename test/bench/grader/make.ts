/** `node dist/test/bench/grader/make.js FOLDER COUNT SEED`: a made-up class, to look at. */
import { synthesize } from "../../grader/run/submissions.ts";

const [folder = "", count = "24", seed = "1"] = process.argv.slice(2);
for (const { id, kind, form } of synthesize(folder, Number(count), Number(seed))) console.log(id, kind, form);
