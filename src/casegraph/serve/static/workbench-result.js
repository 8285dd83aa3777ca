/* What the server answered: notices first, then a table, a chart, a graph or the bare text, to look at and to take. */

import { noticeBox, problemBox } from "./workbench-asking.js";
import { Chart } from "./workbench-chart.js";
import { button, counted, element, fill, plain } from "./workbench-dom.js";
import { Graph } from "./workbench-graph.js";
import { Table } from "./workbench-table.js";
import { readRows, readTriples } from "./workbench-terms.js";

const OF_ROWS = [["CSV", "text/csv", "csv"], ["TSV", "text/tab-separated-values", "tsv"],
  ["JSON", "application/sparql-results+json", "json"], ["XML", "application/sparql-results+xml", "xml"]];
const OF_TRIPLES = [["Turtle", "text/turtle", "ttl"], ["N-Triples", "application/n-triples", "nt"], ["JSON-LD", "application/ld+json", "jsonld"]];
const LONGEST = 200_000;
const MARKED = "Letters that are not seen are shown as \ufffd here, so what is selected by hand is another text. ";
const SPO = ["subject", "predicate", "object"];

/** The result, with all that can be done with it. */
export class Result {
  constructor(place) { this.place = place; }

  clear() { fill(this.place); delete this.place.dataset.shown; }

  say(...content) { fill(this.place, content); }

  /** Show an answer; return how much it is, in words. */
  async show(answer, question) {
    const isRows = answer.kind.includes("json");
    const { columns, rows } = isRows ? readRows(answer.body) : { columns: SPO, rows: readTriples(answer.body) };
    Object.assign(this, { answer, question, columns, rows, isRows });
    const many = counted(rows.length, isRows ? "row" : "triple");
    const views = isRows ? ["table", "chart", "raw"] : ["table", "graph", "raw"];
    const named = { table: isRows ? "table" : "triples", chart: "chart", graph: "graph", raw: "text" };
    this.view = element("div", { id: "_view" });
    const first = views.includes(question.view) ? question.view : "table";
    const choice = element("fieldset", { class: "views" }, element("legend", {}, "Show as"), views.map((each) => {
      const radio = element("input", { type: "radio", name: "_view", value: each, checked: each === first });
      radio.addEventListener("change", () => this.look(each));
      return element("label", {}, radio, ` ${named[each]}`);
    }));
    this.said = element("p", { role: "status" });
    fill(this.place, noticeBox(answer.notices), choice, this.view, this.taking());
    await this.look(first);
    return this.told(many);
  }

  told(many) {
    const { total } = this.answer;
    return total && total > this.rows.length ? `${many} of ${total.toLocaleString("en")}` : many;
  }

  async look(name) {
    const place = element("div", { "data-view": name });
    fill(this.view, place);
    const { columns, rows, question } = this;
    if (name === "table") await new Table(place, columns, rows, question.meanings).draw();
    if (name === "chart") await new Chart(place, columns, rows).draw();
    if (name === "graph") await new Graph(place, rows).draw();
    if (name === "raw") this.raw(place);
    this.place.dataset.shown = name;
  }

  raw(place) {
    const { body } = this.answer;
    const cut = body.length > LONGEST ? element("p", {}, `The first ${LONGEST.toLocaleString("en")} of ${body.length.toLocaleString("en")} characters; the files below have all.`) : "";
    const marked = plain(body) === body ? "" : element("p", {}, `${MARKED}The files below have the letters themselves.`);
    fill(place, cut, marked, element("pre", { tabindex: "0", role: "region", "aria-label": "Text of the answer" }, body.slice(0, LONGEST)));
  }

  taking() {
    const formats = this.isRows ? OF_ROWS : OF_TRIPLES;
    const files = element("div", { class: "buttons", role: "group", "aria-label": "Download" },
      formats.map(([name, accept, ending]) => button(name, () => this.take(accept, ending), { "data-file": ending })));
    return element("section", { "aria-labelledby": "_take" },
      element("h3", { id: "_take" }, "Take it with you"), files, this.said,
      element("p", {}, "The same question for a shell, a script or casegraph itself; each gives ", this.isRows ? "CSV." : "Turtle."),
      Object.entries(this.question.snippets(this.isRows ? "text/csv" : "text/turtle")).map(([name, text]) => this.snippet(name, text)));
  }

  snippet(name, text) {
    const code = element("pre", { tabindex: "0", role: "region", "aria-label": `as ${name}`, "data-snippet": name }, text);
    const marked = plain(text) === text ? "" : element("p", {}, `${MARKED}Copy takes the letters themselves.`);
    return element("details", {}, element("summary", {}, `as ${name}`), marked, code,
      button(`Copy`, () => this.copy(text, `Copied, as ${name}.`), { "aria-label": `Copy, as ${name}` }));
  }

  /* The file is asked for anew in its format, so that it is what the server writes, and not what this page read. */
  async take(accept, ending) {
    this.said.textContent = "Asking …";
    const answer = await this.question.again(accept);
    if (answer.problem) { fill(this.said, problemBox(answer.problem)); return; }
    const where = URL.createObjectURL(new Blob([answer.body], { type: accept }));
    const anchor = element("a", { href: where, download: `${this.question.name}.${ending}` });
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(where), 10_000);
    this.said.textContent = `${this.question.name}.${ending} is downloaded.`;
  }
}
