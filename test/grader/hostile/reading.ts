/** Attacks that want to know: the tests, the expectations, the machine, other students. */
import { join } from "node:path";
import { type Attack, shout } from "./attack.ts";

const ROOT = join(import.meta.dirname, "../../..");
const fs = `process.getBuiltinModule("node:fs")`;

/** @param secrets a file, an environment variable and names of hidden tests, for none of which there is a reason to be in the sandbox */
/** So that the attack itself does not hold what it looks for. */
const halved = (name: string) => [name.slice(0, name.length >> 1), name.slice(name.length >> 1)];

export const reading = (secrets: { file: string; variable: string; names: readonly string[] }): Attack[] => [
  {
    name: "reads the hidden tests where they lie",
    code: shout(
      `${fs}.readFileSync(${JSON.stringify(join(ROOT, "grader/hidden/01-popek-goldberg.ts"))}, "utf8")`,
    ),
  },
  {
    name: "reads a file of the instructor's",
    code: shout(`${fs}.readFileSync(${JSON.stringify(secrets.file)}, "utf8")`),
  },
  {
    name: "looks for the solution in the folders above",
    code: shout(`(() => {
    for (let up = "./"; up.length < 40; up += "../")
      for (const name of ["labs", "grader", "dist", "src", "node_modules"])
        if (${fs}.existsSync(up + name)) return up + name;
  })()`),
  },
  {
    name: "reads the password file's other users' homes",
    code: shout(`${fs}.readdirSync("/root")[0] ?? ${fs}.readdirSync("/home")[0]`),
  },
  {
    name: "reads a secret in the environment",
    code: shout(`process.env[${JSON.stringify(secrets.variable)}]`),
  },
  {
    name: "reads the environment of process 1",
    code: shout(
      `(${fs}.readFileSync("/proc/1/environ", "utf8").includes(${JSON.stringify(secrets.variable)}) ? "environ" : undefined)`,
    ),
  },
  {
    name: "looks for the grader among the processes",
    code: shout(`(() => {
    for (const id of ${fs}.readdirSync("/proc").filter((name) => /^\\d+$/.test(name))) {
      let line = "";
      try { line = ${fs}.readFileSync("/proc/" + id + "/cmdline", "utf8"); } catch {}
      if (/vitest|ringlab\\.js|--lab/.test(line)) return line;
    }
  })()`),
  },
  {
    name: "reads its parent's memory",
    code: shout(
      `${fs}.openSync("/proc/" + process.ppid + "/mem", "r") && ${fs}.readFileSync("/proc/" + process.ppid + "/maps", "utf8").includes("vitest") ? "maps" : undefined`,
    ),
  },
  {
    name: "reads the descriptors of its parent",
    code: shout(
      `${fs}.readdirSync("/proc/" + process.ppid + "/fd").map((fd) => ${fs}.readlinkSync("/proc/" + process.ppid + "/fd/" + fd)).find((name) => /ringlab|results/.test(name))`,
    ),
  },
  {
    name: "looks for the hidden tests in the heap",
    code: `
const { getHeapSnapshot } = process.getBuiltinModule("node:v8");
answers.classify = (probe) => {
  const stream = getHeapSnapshot();
  let text = "", part;
  while ((part = stream.read()) !== null) text += part;
  const halves = ${JSON.stringify(secrets.names.map(halved))};
  const found = halves.map((parts) => parts.join("")).find((name) => text.includes(name));
  if (found) throw new Error("GOT " + found);
  return { privileged: false, control: never, location: never, mode: false };
};`,
    lengthy: true,
  },
  {
    name: "looks for the reference in the harness",
    code: shout(
      `(${fs}.readFileSync(new URL("./harness.mjs", import.meta.url), "utf8").match(/referenceClassifier|isUserSensitive|expected:/) ?? [undefined])[0]`,
    ),
  },
  {
    name: "imports the solution",
    code: `export { component } from "ringlab/labs/01-popek-goldberg/solution";`,
    becomes: "refused",
  },
  {
    name: "imports the solution by another way",
    code: `export { component } from "ringlab/labs/../labs/01-popek-goldberg/solution";`,
    becomes: "refused",
  },
  {
    name: "imports a mutant that is nearly right",
    code: `export { component } from "ringlab/labs/01-popek-goldberg/mutants/all-of-nothing";`,
    becomes: "refused",
  },
  {
    name: "imports the hidden tests",
    code: `import { hidden } from "ringlab/grader/hidden/01-popek-goldberg";\n${shout("hidden(1)")}`,
    becomes: "refused",
  },
  {
    name: "bundles a file of the grader's machine as text",
    code: `import text from "/etc/hostname" with { type: "text" };\n${shout("text")}`,
    becomes: "refused",
  },
  {
    name: "imports by a relative way out of its folder",
    code: `export { component } from "../../../labs/01-popek-goldberg/solution.ts";`,
    becomes: "refused",
  },
  {
    name: "imports Node's file system statically",
    code: `import { readFileSync } from "node:fs";\n${shout(`readFileSync(${JSON.stringify(secrets.file)}, "utf8")`)}`,
    becomes: "refused",
  },
  {
    name: "imports the solution while it runs",
    code: `
for (const name of ["ringlab/labs/01-popek-goldberg/solution", "./solution.mjs", "../labs/01-popek-goldberg/solution.js"])
  try { ({ component: answers.stolen } = await import(name)); Object.assign(answers, answers.stolen); } catch {}`,
  },
];
