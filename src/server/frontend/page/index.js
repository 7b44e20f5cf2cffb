/** The page of all three kinds (file list, notebook, text editor): starts Notebook 7 with the plugins it needs. */
import { NotebookApp } from "@jupyter-notebook/application";
import { PageConfig } from "@jupyterlab/coreutils";
import { IServiceManager } from "@jupyterlab/services";
import { PluginRegistry } from "@lumino/coreutils";
import { pluginsOf, renderers } from "./plugins.js";
import "ringlab:styles"; // made by the build: the style of every package above

async function main() {
  const [plugins, mimeExtensions] = await Promise.all([
    pluginsOf(PageConfig.getOption("notebookPage")),
    renderers(),
  ]);
  const pluginRegistry = new PluginRegistry();
  pluginRegistry.registerPlugins(plugins);
  const serviceManager = await pluginRegistry.resolveRequiredService(IServiceManager);
  const app = new NotebookApp({ pluginRegistry, serviceManager, mimeExtensions, availablePlugins: [] });
  window.jupyterapp = app;
  await app.start();
}

window.addEventListener("load", main);
