/* The table of an answer: labels beside IRIs, datatypes and languages told, sorted and paged here. */

import { button, counted, element, fill, link } from "./workbench-dom.js";
import { datatypeName, isNumber, learn, nameOf, said } from "./workbench-terms.js";

const A_PAGE = 100;

const order = (one, other) => {
  if (one === null || other === null) return (one === null) - (other === null);
  if (isNumber(one) && isNumber(other)) return Number(one.value) - Number(other.value);
  return said(one).localeCompare(said(other), "en");
};

const iriCell = (term) => {
  const name = nameOf(term.value);
  const where = name ? name.link : "";
  const short = name ? name.short : term.value;
  const parts = name && name.label ? [element("span", { class: "label" }, name.label), " "] : [];
  return element("td", {}, parts, element("span", { class: "iri", title: term.value }, link(where, short)));
};

/* Digits in threes, set apart by space alone: what is copied is the number as it is. */
const digits = (text) => {
  const [, sign, whole, rest] = /^([+-]?)(\d+)(.*)$/.exec(text) || [];
  if (!whole || whole.length < 5) return text;
  const groups = whole.match(/\d{1,3}(?=(\d{3})*$)/g);
  return [sign, ...groups.map((each, place) => place ? element("span", { class: "three" }, each) : each), rest];
};

/* What would be seen as an empty cell is told in words: no value is not an empty text, nor one of spaces. */
const unseen = (term) => {
  if (term.kind !== "literal" || term.value.trim()) return "";
  return term.value ? `${counted([...term.value].length, "character")} of space` : "empty text";
};

const cell = (term) => {
  if (term === null) return element("td", {}, element("span", { class: "none" }, "no value"));
  if (term.kind === "iri") return iriCell(term);
  const kind = term.language ? `@${term.language}` : datatypeName(term);
  const parts = [element("span", { class: "value" }, isNumber(term) ? digits(term.value) : said(term))];
  const told = [["none", unseen(term)], ["kind", kind]].filter(([, text]) => text);
  parts.push(...told.flatMap(([name, text]) => [" ", element("span", { class: name }, text)]));
  return element("td", isNumber(term) ? { class: "number" } : {}, parts);
};

/** A table of rows; it is drawn a page at a time, and the labels of a page are asked for then. */
export class Table {
  constructor(place, columns, rows, meanings = {}) {
    Object.assign(this, { place, columns, meanings, rows: [...rows], page: 0, sorted: null, down: false });
    this.many = rows.length;
  }

  get pages() { return Math.max(1, Math.ceil(this.many / A_PAGE)); }

  async draw() {
    const shown = this.rows.slice(this.page * A_PAGE, (this.page + 1) * A_PAGE);
    this.put(shown);
    const told = await learn(shown.flat().filter((term) => term && term.kind === "iri").map((term) => term.value));
    if (!this.body.isConnected) return;
    this.fill(shown);
    this.note.textContent = told;
  }

  fill(shown) { fill(this.body, shown.map((row) => element("tr", {}, row.map(cell)))); }

  put(shown) {
    const kept = this.place.contains(document.activeElement) ? document.activeElement.dataset.name : null;
    const head = element("tr", {}, this.columns.map((name, place) => this.head(name, place)));
    this.body = element("tbody");
    this.fill(shown);
    const caption = element("caption", {}, this.told(shown.length));
    const table = element("table", {}, caption, element("thead", {}, head), this.body);
    this.note = element("p", { role: "status" });
    fill(this.place, this.note, element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Rows" }, table), this.turns());
    if (kept) [...this.place.querySelectorAll("[data-name]")].find((each) => each.dataset.name === kept)?.focus();
  }

  told(shown) {
    if (this.many <= A_PAGE) return counted(this.many, "row");
    const first = this.page * A_PAGE + 1;
    return `rows ${first.toLocaleString("en")} to ${(first + shown - 1).toLocaleString("en")} of ${counted(this.many, "row")}`;
  }

  head(name, place) {
    const is = this.sorted === place;
    const mark = is ? (this.down ? " ▼" : " ▲") : "";
    const sort = button(`${name}${mark}`, () => this.sort(place), { class: "plain", "data-name": `sort-${place}` });
    const meaning = Object.hasOwn(this.meanings, name) ? this.meanings[name] : "";
    return element("th", { scope: "col", title: meaning, "aria-sort": is ? (this.down ? "descending" : "ascending") : "none" }, sort);
  }

  async sort(place) {
    this.down = this.sorted === place && !this.down;
    this.sorted = place;
    await learn(this.rows.slice(0, 2000).map((row) => row[place]).filter((term) => term && term.kind === "iri").map((term) => term.value));
    this.rows.sort((one, other) => {
      if (one[place] === null || other[place] === null) return order(one[place], other[place]);
      return order(one[place], other[place]) * (this.down ? -1 : 1);
    });
    this.page = 0;
    await this.draw();
  }

  turns() {
    if (this.pages === 1) return "";
    const turn = (text, to, isThere) => button(text, () => { this.page = to; this.draw(); },
      { "data-name": `turn-${text}`, "aria-disabled": isThere ? null : "true", disabled: !isThere });
    return element("nav", { "aria-label": "Pages of rows", class: "turns" },
      turn("First", 0, this.page > 0), turn("Before", this.page - 1, this.page > 0),
      element("span", {}, `page ${this.page + 1} of ${this.pages}`),
      turn("Next", this.page + 1, this.page + 1 < this.pages), turn("Last", this.pages - 1, this.page + 1 < this.pages));
  }
}
