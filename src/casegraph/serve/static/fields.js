/* Fields that know what is meant: who types a name is offered terms or cases, by label, synonym or identifier.

   A field is an input with `data-offers`: "terms" (with `data-within`, CURIEs) or "cases". Without this script, or
   while nothing is chosen, what is typed is what is asked. It follows the combobox pattern of the ARIA practices. */

import { address, json } from "./workbench-asking.js";
import { element, fill } from "./workbench-dom.js";

const WAIT = 120, MOST = 10, CASES = 1000;
let count = 0, cases = null, isCut = false;

const termsFor = async (text, within) => {
  const asked = [["text", text], ["limit", MOST], ...within.map((each) => ["within", each])];
  const { terms } = await json(address("terms", asked));
  return terms.map((each) => ({
    value: each.term, label: each.label, more: [each.term, each.kind === "other" ? "" : each.kind,
      each.name.toLowerCase() === each.label.toLowerCase() ? "" : `${each.matched}: ${each.name}`].filter(Boolean).join(" · "),
  }));
};

const allCases = async () => {
  cases ??= json(address("cases", [["limit", CASES], ["format", "json"]])).then((told) => {
    isCut = told.cases.length === CASES;
    return told.cases;
  });
  return cases;
};

const casesFor = async (text) => {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = (await allCases()).filter((each) => {
    const all = `${each.label} ${each.iri}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
  return found.slice(0, MOST).map((each) => ({ value: each.iri, label: each.label || each.iri, more: each.iri.replace(/^.*\/case\//, "") }));
};

class Field {
  constructor(input) {
    this.input = input;
    this.within = (input.dataset.within || "").split(" ").filter(Boolean);
    this.offers = input.dataset.offers;
    const id = `_offers-${count++}`;
    this.list = element("ul", { id, role: "listbox", class: "offers", hidden: true, "aria-label": "What may be meant" });
    this.meant = element("p", { class: "meant", role: "status" });
    this.sent = element("input", { type: "hidden", name: input.name, value: input.value });
    input.removeAttribute("name");
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id, autocomplete: "off", spellcheck: "false",
    })) input.setAttribute(name, value);
    const around = element("div", { class: "field" });
    input.replaceWith(around);
    around.append(input, this.list, this.sent, this.meant);
    this.shown = [];
    this.at = -1;
    input.addEventListener("input", () => this.typed());
    input.addEventListener("keydown", (event) => this.pressed(event));
    input.addEventListener("blur", () => this.close());
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.clicked(event));
  }

  /* A value that stands there is shown by its label. */
  async begin() {
    const value = this.sent.value;
    if (!value || this.offers !== "terms") return;
    try {
      const found = (await termsFor(value, [])).find((each) => each.value === value);
      if (found && this.input.value === value && this.sent.value === value) this.choose(found);
    } catch { /* it stays as it is written */ }
  }

  typed() {
    this.sent.value = this.input.value;
    this.meant.textContent = "";
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.look(), WAIT);
  }

  async look() {
    const text = this.input.value.trim();
    if (text.length < 2) { this.close(); return; }
    let found;
    try {
      found = await (this.offers === "cases" ? casesFor(text) : termsFor(text, this.within));
    } catch (error) {
      this.meant.textContent = `Nothing can be offered: ${error.message}. What you type is asked as it is.`;
      return;
    }
    if (text === this.input.value.trim() && document.activeElement === this.input) this.show(found);
  }

  show(found) {
    this.shown = found;
    this.at = -1;
    fill(this.list, found.map((each, place) => element("li", { role: "option", id: `${this.list.id}-${place}`, "aria-selected": "false" },
      element("span", { class: "label" }, each.label || each.value), " ", element("span", { class: "more" }, each.more))));
    this.list.hidden = !found.length;
    this.input.setAttribute("aria-expanded", String(found.length > 0));
    this.input.removeAttribute("aria-activedescendant");
    this.meant.textContent = found.length ? "" : `No name is like this.${this.limits()}`;
  }

  /* Of very many cases not all are at hand here. */
  limits() {
    return this.offers === "cases" && isCut ? ` Offered are the first ${CASES.toLocaleString("en")} cases; the DOI of any can be typed.` : "";
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.at = -1;
  }

  pressed(event) {
    const isOpen = !this.list.hidden;
    if (event.key === "Escape" && isOpen) { this.close(); event.preventDefault(); }
    else if (event.key === "ArrowDown" && !isOpen) { this.look(); event.preventDefault(); }
    else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && isOpen) {
      this.move(event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
    } else if (event.key === "Enter" && isOpen && this.at >= 0) { this.choose(this.shown[this.at]); event.preventDefault(); }
  }

  move(by) {
    const many = this.shown.length;
    this.at = this.at < 0 ? (by > 0 ? 0 : many - 1) : (this.at + by + many) % many;
    [...this.list.children].forEach((each, place) => each.setAttribute("aria-selected", String(place === this.at)));
    this.list.children[this.at].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.at}`);
  }

  clicked(event) {
    const place = [...this.list.children].indexOf(event.target.closest("li"));
    if (place >= 0) this.choose(this.shown[place]);
  }

  choose(each) {
    this.input.value = each.label || each.value;
    this.sent.value = each.value;
    this.meant.textContent = `means ${each.value.replace(/^.*\/case\//, "")}`;
    this.close();
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

/** Make the fields below an element know what is meant. */
export const begin = (place) => Promise.all([...place.querySelectorAll("input[data-offers]")].map((input) => new Field(input).begin()));

if (document.querySelector("form[data-fields]")) begin(document.querySelector("form[data-fields]"));
