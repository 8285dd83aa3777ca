/* The chart of an answer: what stands across, what stands up, and the mark, chosen by hand. */

import { counted, element, fill, load } from "./workbench-dom.js";
import { isNumber, isTime, learn, nameOf, said } from "./workbench-terms.js";

const MOST = 2000, WIDEST = 640, LEAST = 120, SMALL = 400, LONG = 40, A_LETTER = 7.5;
const COUNT = "(number of rows)";
const MARKS = { bar: "bars", point: "points", line: "a line" };
const BLUE = "#0072B2";
/* No tick stands between two whole numbers where there are no others. */
const WHOLE = { tickMinStep: 1, format: ",d" };

const kindOf = (rows, place) => {
  const there = rows.map((row) => row[place]).filter((term) => term !== null);
  if (there.length && there.every(isNumber)) return "quantitative";
  return there.length && there.every(isTime) ? "temporal" : "nominal";
};

/* Two terms with one label are two values, and a title is cut off where it is drawn: the short name tells them apart. */
const valueOf = (term, kind, twice) => {
  if (term === null) return null;
  if (kind === "quantitative") return Number(term.value);
  if (kind === "temporal") return term.value;
  const text = said(term);
  const name = term.kind === "iri" ? nameOf(term.value) : null;
  if (name && text.length > LONG) return name.short.replace(/^case\//, "");
  return name && twice.has(text) ? `${text} (${name.short})` : text;
};

/* Names of cases differ at their ends: what is too long is cut inside. */
const ends = (limit) => {
  const most = Math.floor(limit / A_LETTER), end = Math.floor(most / 2);
  return { most, begin: most - end - 1, end };
};
const cutInside = (limit) => {
  const { most, begin, end } = ends(limit);
  return `length(datum.label) > ${most} ? slice(datum.label, 0, ${begin}) + "…" + slice(datum.label, -${end}) : datum.label`;
};

/* Those that differ only where they are cut would look like one: a number before each tells them apart. */
const numbered = (values, name, limit) => {
  const { most, begin, end } = ends(limit), alike = new Map();
  for (const text of new Set(values.map((each) => each[name]))) {
    if (text.length <= most) continue;
    const cut = `${text.slice(0, begin)}…${text.slice(-end)}`;
    alike.set(cut, [...(alike.get(cut) || []), text]);
  }
  const told = new Map([...alike.values()].filter((some) => some.length > 1)
    .flatMap((some) => some.map((text, place) => [text, `${place + 1}: ${text}`])));
  for (const each of values) each[name] = told.get(each[name]) ?? each[name];
};

const namedTwice = (terms) => {
  const found = new Map();
  for (const term of terms) {
    if (term === null) continue;
    const text = said(term);
    found.set(text, (found.get(text) || new Set()).add(`${term.kind} ${term.value}`));
  }
  return new Set([...found].filter(([, some]) => some.size > 1).map(([text]) => text));
};

const axisOf = (values, name, kind, limit) => {
  if (kind === "nominal") return { sort: null, axis: { labelExpr: cutInside(limit) } };
  const isWhole = kind === "quantitative" && values.every((each) => Number.isInteger(each[name]));
  return isWhole ? { axis: WHOLE } : {};
};

/* What is called as something that each object has would be taken for that: it is written as SPARQL does. */
const titled = (name) => name in {} ? `?${name}` : name;

/** Return the specification of a chart in Vega-Lite; its fields are called x and y, whatever the columns are. */
export const specification = (columns, rows, { x, y, mark }, width) => {
  const kindX = kindOf(rows, x), isCount = y === -1, kindY = isCount ? "quantitative" : kindOf(rows, y);
  const twice = [x, y].map((place) => place === -1 ? new Set() : namedTwice(rows.map((row) => row[place])));
  const values = rows.map((row) => ({
    x: valueOf(row[x], kindX, twice[0]), ...(isCount ? {} : { y: valueOf(row[y], kindY, twice[1]) }),
  })).filter((each) => each.x !== null && (isCount || each.y !== null));
  const isNominal = kindX === "nominal", limit = width < SMALL ? 190 : 240;
  if (isNominal) numbered(values, "x", limit);
  if (kindY === "nominal") numbered(values, "y", limit);
  const across = { field: "x", type: kindX, title: titled(columns[x]), ...axisOf(values, "x", kindX, limit) };
  const up = isCount ? { aggregate: "count", type: "quantitative", title: "number of rows", axis: WHOLE }
    : { field: "y", type: kindY, title: titled(columns[y]), ...axisOf(values, "y", kindY, limit) };
  const drawn = mark === "bar" ? { type: "bar", color: BLUE } : { type: mark, color: BLUE, ...(mark === "line" ? { point: true } : { size: 60 }) };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json", background: "white",
    description: `${columns[x]} and ${isCount ? "number of rows" : columns[y]}, as ${MARKS[mark]}`,
    data: { values }, mark: drawn, width, ...(isNominal ? { height: { step: 22 } } : { height: 280 }),
    /* names of things are read from left to right: they stand beside their bars */
    encoding: isNominal ? { y: across, x: up } : { x: across, y: up },
    config: { font: "DejaVu Sans, Verdana, sans-serif", axis: { labelFontSize: 12, titleFontSize: 12, labelLimit: limit } },
  };
};

/* Bars of several rows at one place would hide each other, or look like their sum. */
const hide = (rows, { x, y, mark }) => {
  if (mark === "point" || y === -1) return false;
  const seen = rows.filter((row) => row[x] && row[y]).map((row) => said(row[x]));
  return new Set(seen).size < seen.length;
};

const loader = () => {
  const made = vega.loader();
  made.load = () => Promise.reject(new Error("a chart loads nothing"));
  made.sanitize = () => Promise.reject(new Error("a chart leads nowhere"));
  return made;
};

/** A chart of rows, with the fields to choose what it shows. */
export class Chart {
  constructor(place, columns, rows) {
    Object.assign(this, { place, columns, all: rows, rows: rows.slice(0, MOST) });
    const numbers = columns.map((_, at) => at).filter((at) => kindOf(this.rows, at) === "quantitative");
    const others = columns.map((_, at) => at).filter((at) => !numbers.includes(at));
    const x = others[0] ?? 0, y = numbers.find((at) => at !== x) ?? -1;
    /* of several rows at one place their number is what one bar can show */
    this.choice = { x, y: hide(this.rows, { x, y, mark: "bar" }) ? -1 : y, mark: "bar" };
  }

  async draw() {
    if (!this.columns.length) { fill(this.place, element("p", {}, "There is nothing to draw: the answer has no columns.")); return; }
    if (!this.rows.length) { fill(this.place, element("p", {}, "There are no rows to draw.")); return; }
    const named = [...this.columns.entries()];
    const drawing = element("div", { class: "drawing", role: "group", tabindex: "0", "aria-label": "Chart" });
    this.note = element("p", { role: "status" });
    fill(this.place,
      element("div", { class: "choices" },
        this.select("across", "x", named), this.select("up", "y", [[-1, COUNT], ...named]),
        this.select("drawn as", "mark", Object.entries(MARKS))),
      this.note, element("figure", { class: "picture" }, drawing));
    this.drawing = drawing;
    await this.embed();
  }

  select(label, name, options) {
    const made = element("select", { "data-choice": name }, options.map(([value, text]) =>
      element("option", { value: String(value), selected: String(value) === String(this.choice[name]) }, text)));
    made.addEventListener("change", () => {
      this.choice[name] = name === "mark" ? made.value : Number(made.value);
      this.embed();
    });
    return element("label", {}, `${label} `, made);
  }

  async embed() {
    const columns = [this.choice.x, this.choice.y].filter((each) => each !== -1);
    const told = await learn(this.rows.flatMap((row) => columns.map((at) => row[at])).filter((term) => term && term.kind === "iri").map((term) => term.value));
    for (const name of ["vega.min.js", "vega-lite.min.js", "vega-embed.min.js"]) await load(name);
    const isHidden = hide(this.rows, this.choice);
    if (isHidden) this.place.querySelector("[data-choice=mark]").value = this.choice.mark = "point";
    const width = Math.min(WIDEST, this.drawing.clientWidth - LEAST);
    const made = specification(this.columns, this.rows, this.choice, Math.max(LEAST, width));
    const left = this.rows.length - made.data.values.length;
    this.note.textContent = [
      `${made.description}: ${counted(made.data.values.length, "row")} of ${counted(this.all.length, "row")}.`,
      this.all.length > this.rows.length ? `Only the first ${MOST.toLocaleString("en")} are drawn.` : "",
      left ? `${counted(left, "row")} without a value ${left === 1 ? "is" : "are"} left out.` : "",
      isHidden ? "Several rows stand at one place, where bars or a line would hide some: they are drawn as points." : "",
      "The table has them all.", told,
    ].filter(Boolean).join(" ");
    this.spec = made;
    const places = new Set(made.data.values.map(({ x, y }) => JSON.stringify([x, y]))).size;
    if (this.choice.mark === "point" && this.choice.y !== -1 && places < made.data.values.length) {
      this.note.textContent += ` Points of equal values cover each other: ${counted(places, "place")} for all these rows.`;
    }
    try {
      await this.put(made);
      const over = this.drawing.scrollWidth - this.drawing.clientWidth;
      if (over > 0) await this.put({ ...made, width: Math.max(LEAST, made.width - over) });
      this.place.dataset.drawn = "yes";
    } catch (error) {
      this.place.dataset.drawn = "no";
      fill(this.drawing, `The chart cannot be drawn: ${error.message}. The table has its rows.`);
    }
  }
  put(made) {
    const how = { ast: true, actions: false, defaultStyle: false, renderer: "svg", tooltip: false, loader: loader() };
    return vegaEmbed(this.drawing, structuredClone(made), how);
  }
}
