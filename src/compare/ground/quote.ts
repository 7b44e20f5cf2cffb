/** A command line as a shell would need it, whole: a script of many lines keeps them inside its quotes. */
export const commandLine = (argv: readonly string[]): string => argv.map(quote).join(" ");

const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
