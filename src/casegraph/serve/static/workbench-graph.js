/* The graph of a CONSTRUCT or DESCRIBE: a drawing, and the list of its triples for those who read it so. */

import { button, counted, element, fill, load } from "./workbench-dom.js";
import { learn, said, written } from "./workbench-terms.js";

const MOST = 300;
const LONGEST = 36;
const FEW = 60;
const LIGHT = { ink: "#111", paper: "#fff", line: "#666" }, DARK = { ink: "#eee", paper: "#121212", line: "#aaa" };
const dark = matchMedia("(prefers-color-scheme: dark)");
const short = (text) => text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;

/* The name of a claim is its kind: which one it is stands behind the # of its IRI. */
const nameOfNode = (term) => {
  const [, part] = term.kind === "iri" ? /\/case\/.*#(.+)$/.exec(term.value) || [] : [];
  return part ? `${said(term)} ${part}` : said(term);
};

/** Return the nodes and edges of triples, as many whole triples as have so many nodes. */
export const parts = (triples, most = MOST) => {
  const nodes = new Map(), edges = [];
  for (const [subject, predicate, object] of triples) {
    const ends = [written(subject), written(object)];
    if (nodes.size + ends.filter((each) => !nodes.has(each)).length > most) continue;
    for (const [at, term] of [subject, object].entries()) {
      if (!nodes.has(ends[at])) nodes.set(ends[at], { id: `n${nodes.size}`, term });
    }
    edges.push({ source: nodes.get(ends[0]).id, target: nodes.get(ends[1]).id, term: predicate });
  }
  return { nodes: [...nodes.values()], edges };
};

const styleIn = ({ ink, paper, line }) => [
  { selector: "node", style: {
    label: "data(label)", "text-wrap": "wrap", "text-max-width": "110px", "font-size": "11px", color: ink, width: 18, height: 18,
    "background-color": "#56B4E9", "border-width": 1, "border-color": ink, "text-valign": "bottom", "text-margin-y": 3 } },
  { selector: "node[kind = 'literal']", style: { shape: "rectangle", "background-color": "#F0E442" } },
  { selector: "node[kind = 'blank']", style: { shape: "diamond", "background-color": paper } },
  { selector: "node[kind = 'triple']", style: { shape: "triangle", "background-color": "#CC79A7" } },
  /* of many nodes names would lie over each other: they come as the drawing is made larger */
  { selector: "node.many", style: { width: 36, height: 36, "min-zoomed-font-size": 12.5 } },
  { selector: "edge", style: {
    label: "data(label)", "font-size": "10px", "min-zoomed-font-size": 7, color: ink, width: 1.5, "line-color": line, "target-arrow-color": line,
    "target-arrow-shape": "triangle", "curve-style": "bezier", "text-background-color": paper, "text-background-opacity": 0.85 } },
];

/* As the page, in light and in dark; on paper a drawing stays as it is on the screen. */
const styleOf = (drawing) => {
  drawing.classList.toggle("dark", dark.matches);
  return styleIn(dark.matches ? DARK : LIGHT);
};

/* It begins on rings, not at random; the numbers are a middle between names apart and names large enough to read. */
const ALIKE = { animate: false, nodeDimensionsIncludeLabels: true, padding: 20 };
const RINGS = { ...ALIKE, name: "concentric" };
const APART = { ...ALIKE, name: "cose", randomize: false, idealEdgeLength: 60, nodeRepulsion: 1e6, nodeOverlap: 200 };

/** A graph of triples. */
export class Graph {
  constructor(place, triples) { Object.assign(this, { place, triples }); }

  async draw() {
    if (!this.triples.length) { fill(this.place, element("p", {}, "There are no triples to draw.")); return; }
    const { nodes, edges } = parts(this.triples);
    const iris = [...nodes, ...edges].map((each) => each.term).filter((term) => term.kind === "iri");
    const told = await learn(iris.map((term) => term.value));
    await load("cytoscape.min.js");
    const what = `${counted(nodes.length, "node")} and ${counted(edges.length, "edge")}`;
    const drawing = element("div", { class: "network", role: "img", "aria-label": `Drawing of ${what}; its triples are in the table` });
    const left = this.triples.length - edges.length;
    const note = left ? ` ${counted(left, "triple")} ${left === 1 ? "is" : "are"} not drawn: a drawing has at most ${MOST} nodes.` : "";
    const legend = "A disc is an IRI, a square a literal, a diamond a blank node; an arrow leads from subject to object.";
    const names = edges.length > FEW ? `Of more than ${FEW} arrows none has its name here, and nodes have theirs once the drawing is larger.` : "";
    fill(this.place,
      element("p", { role: "status" }, [`${what}.${note}`, legend, names, "The table has all triples.", told].filter(Boolean).join(" ")),
      element("div", { class: "buttons" },
        button("Larger", () => this.zoom(1.25)), button("Smaller", () => this.zoom(0.8)), button("Whole", () => this.cy.fit(undefined, 20))),
      drawing);
    this.cy = cytoscape({ container: drawing, elements: this.elements(nodes, edges), style: styleOf(drawing), layout: RINGS });
    this.cy.layout(APART).run();
    dark.onchange = () => this.cy.style(styleOf(drawing));
    this.place.dataset.drawn = "yes";
  }

  elements(nodes, edges) {
    return [
      ...nodes.map(({ id, term }) => ({
        data: { id, label: short(nameOfNode(term)), kind: term.kind }, classes: nodes.length > FEW ? "many" : "",
      })),
      ...edges.map(({ source, target, term }, at) => ({ data: { id: `e${at}`, source, target, label: edges.length > FEW ? "" : short(said(term)) } })),
    ];
  }

  zoom(by) {
    const { cy } = this;
    cy.zoom({ level: cy.zoom() * by, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
  }
}
