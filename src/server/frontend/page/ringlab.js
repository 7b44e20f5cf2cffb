/** What makes the page ours: the logo, and a word about a kernel that is not here. */
import { Notification } from "@jupyterlab/apputils";
import { INotebookTracker } from "@jupyterlab/notebook";
import { Widget } from "@lumino/widgets";
import ring from "./ring.svg";
import "./ringlab.css";

const logo = {
  id: "ringlab:logo",
  description: "The logo, a link to the list of files.",
  autoStart: true,
  activate: (app) => {
    const node = document.createElement("a");
    node.href = "/tree";
    node.target = "_blank";
    node.rel = "noopener noreferrer";
    node.title = "Ringlab: all files";
    node.className = "ringlab-Logo";
    node.innerHTML = `${ring}<span>Ringlab</span>`;
    const widget = new Widget({ node });
    widget.id = "jp-NotebookLogo";
    app.shell.add(widget, "top", { rank: 0 });
  },
};

/** Jupyter's own dialog asks for a kernel and does not say why. */
const missingKernel = {
  id: "ringlab:missing-kernel",
  description: "Names the kernel that a notebook asks for and that is not here.",
  autoStart: true,
  optional: [INotebookTracker],
  activate: (app, notebooks) => {
    const { kernelspecs } = app.serviceManager;
    notebooks?.widgetAdded.connect(async (_, { context }) => {
      await Promise.all([context.ready, kernelspecs.ready]);
      const asked = context.model.getMetadata("kernelspec");
      const here = Object.values(kernelspecs.specs?.kernelspecs ?? {});
      if (!asked?.name || here.some(({ name }) => name === asked.name)) return;
      Notification.warning(
        `This notebook asks for the kernel "${asked.name}", which is not here. Choose one of: ${here
          .map((spec) => spec.display_name)
          .join(", ")}.`,
        { autoClose: false },
      );
    });
  },
};

export default [logo, missingKernel];
