/**
 * Which plugins of Notebook 7 a page starts. The packages are those of Notebook's own application (its
 * `app/package.json`, field `jupyterlab.plugins`), without terminals, consoles, the debugger, diagrams by mermaid and
 * the extension manager, none of which the server offers.
 *
 * A package stands alone (all its plugins), or with the names of the plugins that are wanted.
 */
const EVERYWHERE = [
  [
    () => import("@jupyter-notebook/application-extension"),
    { without: ["logo"] }, // ours is in ringlab.js
  ],
  [() => import("@jupyter-notebook/docmanager-extension")],
  [() => import("@jupyter-notebook/help-extension")],
  [() => import("@jupyter-notebook/notebook-extension")],
  [() => import("@jupyterlab/application-extension"), ["context-menu", "faviconbusy", "router", "top-bar"]],
  [
    () => import("@jupyterlab/apputils-extension"),
    [
      "kernels-settings",
      "notification",
      "palette",
      "sanitizer",
      "sessionDialogs",
      "settings",
      "settings-connector",
      "state",
      "themes",
      "themes-palette-menu",
      "toolbar-registry",
      "utilityCommands",
    ],
  ],
  [() => import("@jupyterlab/cell-toolbar-extension")],
  [() => import("@jupyterlab/codemirror-extension")],
  [() => import("@jupyterlab/completer-extension"), ["base-service", "manager"]],
  [() => import("@jupyterlab/csvviewer-extension")],
  [() => import("@jupyterlab/docmanager-extension"), ["plugin", "download", "contexts", "manager"]],
  [() => import("@jupyterlab/documentsearch-extension"), ["plugin"]],
  [() => import("@jupyterlab/filebrowser-extension"), ["factory", "default-file-browser"]],
  [() => import("@jupyterlab/fileeditor-extension"), ["plugin", "widget-factory"]],
  [() => import("@jupyterlab/imageviewer-extension")],
  [() => import("@jupyterlab/mainmenu-extension"), ["plugin"]],
  [() => import("@jupyterlab/markedparser-extension")],
  [() => import("@jupyterlab/mathjax-extension")],
  [
    () => import("@jupyterlab/notebook-extension"),
    ["cell-executor", "export", "factory", "tracker", "widget-factory"],
  ],
  [() => import("@jupyterlab/services-extension")],
  [() => import("@jupyterlab/shortcuts-extension")],
  [() => import("@jupyterlab/theme-dark-extension")],
  [() => import("@jupyterlab/theme-light-extension")],
  [() => import("@jupyterlab/translation-extension")],
  [() => import("@jupyterlab/ui-components-extension")],
  [() => import("./ringlab.js")],
];

const ONLY_ON = {
  tree: [
    [() => import("@jupyter-notebook/tree-extension")],
    [() => import("@jupyterlab/application-extension"), ["commands"]],
    [
      () => import("@jupyterlab/filebrowser-extension"),
      ["browser", "download", "file-upload-status", "open-with", "settings"],
    ],
    [() => import("@jupyterlab/running-extension"), ["plugin"]],
    [() => import("@jupyterlab/settingeditor-extension")],
  ],
  notebooks: [
    [() => import("@jupyterlab/logconsole-extension")],
    [() => import("@jupyterlab/metadataform-extension")],
    [
      () => import("@jupyterlab/notebook-extension"),
      [
        "active-cell-tool",
        "completer",
        "copy-output",
        "metadata-editor",
        "search",
        "toc",
        "tools",
        "update-raw-mimetype",
      ],
    ],
    [() => import("@jupyterlab/toc-extension"), ["registry", "tracker"]],
    [() => import("@jupyterlab/tooltip-extension"), ["manager", "notebooks"]],
  ],
  edit: [],
};

/** Renderers of output types beyond the standard ones; the application unwraps `default` only under `__esModule`. */
const RENDERERS = [
  () => import("@jupyterlab/javascript-extension"),
  () => import("@jupyterlab/json-extension"),
  () => import("@jupyterlab/vega5-extension"),
];

const nameOf = (plugin) => plugin.id.slice(plugin.id.indexOf(":") + 1);

function chosen(plugins, choice) {
  if (!choice) return plugins;
  if (Array.isArray(choice)) return plugins.filter((plugin) => choice.includes(nameOf(plugin)));
  return plugins.filter((plugin) => !choice.without.includes(nameOf(plugin)));
}

/** The plugins of one kind of page: "tree", "notebooks" or "edit". */
export async function pluginsOf(page) {
  const wanted = [...EVERYWHERE, ...(ONLY_ON[page] ?? [])];
  const lists = await Promise.all(
    wanted.map(async ([load, choice]) => chosen([(await load()).default].flat(), choice)),
  );
  return lists.flat();
}

export async function renderers() {
  const modules = await Promise.all(RENDERERS.map((load) => load()));
  return modules.map((module) => ({ __esModule: true, default: module.default }));
}
