/** The HTML that a browser gets: the page that starts the front end, and the one that asks for the token. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PAGE } from "./frontend/packages.ts";

/** Rings of privilege, seen from above. */
export const LOGO = readFileSync(join(PAGE, "ring.svg"), "utf8");
/** The same with a kernel at work. */
export const BUSY_LOGO = LOGO.replace(/#e69f00/g, "#d55e00").replace(/r="2.4"/, 'r="4.2"');

/** Messages that say nothing about the work of a kernel: the page leaves its status as it is. */
const UNTRACKED = [
  "comm_info_request",
  "comm_info_reply",
  "kernel_info_request",
  "kernel_info_reply",
  "shutdown_request",
  "shutdown_reply",
  "interrupt_request",
  "interrupt_reply",
];

export type PageKind = "tree" | "notebooks" | "edit";

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** JSON that cannot end the script element it stands in. */
const embed = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c");

export interface Page {
  kind: PageKind;
  /** The file or folder, as a path of the API. */
  path: string;
  /** Address of the built front end: changes with each build. */
  staticUrl: string;
  version: string;
  /** The served folder as the file list names it. */
  root: string;
}

/** Source of the names: `get_page_config` of Notebook 7 and JupyterLab Server; the page reads them through PageConfig. */
function config({ kind, path, staticUrl, version, root }: Page): Record<string, unknown> {
  const api = (name: string) => `/lab/api/${name}`;
  return {
    appName: "Ringlab",
    appNamespace: "notebook",
    appUrl: "/lab",
    appVersion: version,
    baseUrl: "/",
    frontendUrl: "/",
    fullAppUrl: "/",
    fullListingsUrl: api("listings"),
    fullSettingsUrl: api("settings"),
    fullStaticUrl: staticUrl,
    fullThemesUrl: api("themes"),
    fullTranslationsApiUrl: api("translations"),
    fullTreeUrl: "/tree",
    fullWorkspacesApiUrl: api("workspaces"),
    listingsUrl: api("listings"),
    settingsUrl: api("settings"),
    themesUrl: api("themes"),
    translationsApiUrl: api("translations"),
    treeUrl: "/tree",
    workspacesApiUrl: api("workspaces"),
    notebookVersion: "[2, 15, 0]",
    notebookPage: kind,
    [kind === "tree" ? "treePath" : "notebookPath"]: path,
    serverRoot: root,
    terminalsAvailable: "false",
    nbclassic_enabled: "false",
    delete_to_trash: "false",
    federated_extensions: "[]",
    disabledExtensions: [],
    untracked_message_types: JSON.stringify(UNTRACKED),
    quitButton: "true",
    exposeAppInBrowser: "true",
    token: "",
  };
}

export function appPage(page: Page): string {
  const title = page.kind === "tree" ? "Ringlab" : page.path.slice(page.path.lastIndexOf("/") + 1);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" class="idle favicon" type="image/svg+xml" href="/favicon.svg">
<link rel="" class="busy favicon" type="image/svg+xml" href="/favicon-busy.svg">
<link rel="stylesheet" href="${page.staticUrl}/main.css">
<script id="jupyter-config-data" type="application/json">${embed(config(page))}</script>
<script type="module" src="${page.staticUrl}/main.js"></script>
</head>
<body class="jp-ThemedContainer" data-notebook="${page.kind}"></body>
</html>
`;
}

/** For people; programs get JSON. */
export function errorPage(title: string, message: string, form = ""): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 34em; margin: 12vh auto 0; padding: 0 1em; }
h1 { font-size: 1.4em; display: flex; gap: 0.5em; align-items: center; }
input, button { font: inherit; padding: 0.3em 0.6em; }
input { width: 22em; max-width: 100%; }
code { background: light-dark(#eee, #333); padding: 0.1em 0.3em; border-radius: 3px; overflow-wrap: anywhere; }
</style>
</head>
<body>
<h1>${LOGO}${escapeHtml(title)}</h1>
<p>${message}</p>
${form}
</body>
</html>
`;
}

export const tokenPage = (): string =>
  errorPage(
    "This notebook server wants its token",
    `The token in the address is missing or belongs to a server that was stopped. In the terminal where
<code>ringlab notebook</code> runs, find the line with <code>http://localhost:…/tree?token=…</code> and open that address,
or put the part after <code>token=</code> here:`,
    '<form method="get"><input name="token" autocomplete="off" aria-label="Token" autofocus> <button>Open</button></form>',
  );
