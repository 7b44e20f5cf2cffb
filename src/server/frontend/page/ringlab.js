/** What makes the page ours: the logo. */
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

export default [logo];
