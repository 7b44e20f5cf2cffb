/** README.md of the student edition. */

export interface ReleasedLab {
  id: string;
  title: string;
  points: number;
}

export function studentReadme(labs: readonly ReleasedLab[], node: string): string {
  const [first] = labs as [ReleasedLab];
  const rows = labs.map(
    ({ id, title, points }) => `| [${id}](notebooks/${id}.ipynb) | ${title} | ${points} |`,
  );
  const number = Number(first.id.slice(0, 2));
  return `# Ringlab: the labs

You write the missing pieces of hypervisors, run real programs on them, and see what they cost. Everything happens on your
own machine. You need [Node.js](https://nodejs.org) ${node.replace(/^>=/, "")} or newer, and nothing else.

## Three commands

\`\`\`sh
npm ci                # once, in this folder
npm start             # the notebooks, in your browser; Ctrl+C ends
npx ringlab check ${number}   # the checks of lab ${number}, without a browser
\`\`\`

The first start builds the notebook page and takes a minute. Only your machine can reach it.

## The labs

| lab | question | points |
| --- | --- | --- |
${rows.join("\n")}

Read a notebook from the top. Type your prediction before you run anything. Write into the cell that says
\`component\`: all of your code goes into that one cell, for that cell is what is graded. Save with Ctrl+S.

## Check your work

\`\`\`sh
npx ringlab check ${number}                     # notebooks/${first.id}.ipynb, as you saved it
npx ringlab check ${number} --part ${"PART"}         # one step; a wrong name lists the right ones
npx ringlab check ${number} --seed 7            # cases that you have not seen
npx ringlab check ${number} --types             # type errors, with their lines
npx ringlab check ${number} component.ts --watch   # a file of your own, again whenever you save it
\`\`\`

It runs what the notebook's check cells run, with the limits of time and memory that the grader has. A component may
import what the lab's starter imports, and files beside it. The tests that give points are others: new cases, the same rules.

## Hand in

The notebook \`notebooks/NN-name.ipynb\`, saved, with your answers below the questions. If you work in a file, hand in
\`component.ts\`, and the notebook for the answers. Leave the name of the component cell and the questions as they are.

Lost your notebook's first state? Rename your file, then \`npx ringlab labs build ${number}\` writes a fresh one.
`;
}
