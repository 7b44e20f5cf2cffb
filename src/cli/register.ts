import type { Command } from "commander";

/** Adds one subcommand to the program; its action imports what it needs. */
export type Register = (program: Command) => void;
