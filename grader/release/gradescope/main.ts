/** Started by run_autograder. Its argument is Gradescope's folder. */
import { autograde } from "./autograder.ts";

const graded = await autograde(process.argv[2] ?? "/autograder");
process.exit(graded ? 0 : 1);
