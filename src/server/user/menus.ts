/** Entries of the page's menus that this server has nothing behind. */

const COMMANDS = new Set(["application:open-lab", "filemenu:logout"]);
/** Exports are made by `ringlab export`; the page speaks English only. */
const SUBMENUS = new Set(["jp-mainmenu-file-notebookexport", "jp-mainmenu-settings-language"]);

interface Item {
  command?: string;
  submenu?: { id?: string };
  items?: Item[];
}

const leadsNowhere = ({ command, submenu }: Item): boolean =>
  COMMANDS.has(command ?? "") || SUBMENUS.has(submenu?.id ?? "");

/** A copy of the menus of a plugin's schema (`jupyter.lab.menus.main`) without those entries. */
export function withoutDeadEnds(items: readonly Item[]): Item[] {
  return items
    .filter((item) => !leadsNowhere(item))
    .map((item) => (item.items ? { ...item, items: withoutDeadEnds(item.items) } : item));
}
